/* SPDX-License-Identifier: MIT */
/*
 * usage: TARGET COUNT DIRECTORY: runs TARGET on the inputs in DIRECTORY and on COUNT random ones,
 * the same each time. Each input is copied to a block of its size, so that the address sanitizer
 * watches both ends.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define LONGEST 256

static uint64_t next(uint64_t *state)
{
	/* splitmix64 */
	uint64_t z = *state += 0x9e3779b97f4a7c15U;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* Small numbers find more than others. */
static uint8_t random_byte(uint64_t *state)
{
	uint64_t number = next(state);
	return (uint8_t)(number & 0x100 ? number & 3 : number & 0xff);
}

static void try(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	PROMISE(copy != NULL);
	memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size); /* it aborts if it fails */
	free(copy);
}

static void try_random(unsigned long count)
{
	uint8_t data[LONGEST];
	uint64_t state = 1;
	for (unsigned long i = 0; i < count; i++) {
		size_t size = next(&state) % LONGEST;
		for (size_t at = 0; at < size; at++)
			data[at] = random_byte(&state);
		try(data, size);
	}
}

/* Returns how many there were. */
static unsigned long try_kept(const char *path)
{
	uint8_t data[4096];
	unsigned long count = 0;
	DIR *directory = opendir(path);
	const struct dirent *entry;
	PROMISE(directory != NULL);
	while ((entry = readdir(directory)) != NULL) {
		int file = openat(dirfd(directory), entry->d_name, O_RDONLY | O_CLOEXEC);
		ssize_t size = read(file, data, sizeof(data));
		(void)close(file);
		if (size < 0)
			continue; /* . and .. */
		try(data, (size_t)size);
		count++;
	}
	(void)closedir(directory);
	return count;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: TARGET COUNT DIRECTORY\n", stderr);
		return 1;
	}
	unsigned long count = strtoul(argv[1], NULL, 10);
	unsigned long kept = try_kept(argv[2]);
	try_random(count);
	printf("%s\n", kept > 0 ? "kept inputs, and random ones" : "no inputs are kept");
	return 0;
}
