/* SPDX-License-Identifier: MIT */
/*
 * usage: TARGET [COUNT [SEED]]: COUNT random inputs, the same ones for the same SEED. Each copy is
 * of its own size, so that the address sanitizer watches both ends.
 */
#include <stdio.h>
#include <string.h>

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

/* Small numbers are more telling than any. */
static uint8_t random_byte(uint64_t *state)
{
	uint64_t number = next(state);
	return (uint8_t)(number & 0x100 ? number & 3 : number & 0xff);
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	uint64_t state = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	for (unsigned long i = 0; i < count; i++) {
		size_t size = next(&state) % LONGEST;
		uint8_t *data = malloc(size + 1);
		if (data == NULL)
			return 1;
		for (size_t at = 0; at < size; at++)
			data[at] = random_byte(&state);
		(void)LLVMFuzzerTestOneInput(data, size); /* it aborts where it fails */
		free(data);
	}
	printf("%lu inputs\n", count);
	return 0;
}
