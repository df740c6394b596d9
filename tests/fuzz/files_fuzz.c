/* SPDX-License-Identifier: MIT */
/*
 * Files that somebody else wrote: ELF headers, `#!` lines, and paths in the pin's text. bindto
 * reads nothing beyond their end, and a path that is written into the text is read back the same.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "pin/path.h"
#include "pin/shebang.h"
#include "socket/elf_file.h"
#include "target/script.h"

enum { HEAD_SIZE = 8192, CHANGE_SIZE = 3 };

/*
 * This program's own headers with some bytes changed: two bytes of input say where, one says to
 * what. The reader would refuse any other file because of its first four bytes.
 */
static void try_elf(const uint8_t *data, size_t size)
{
	static uint8_t head[HEAD_SIZE];
	static ssize_t length;
	static int file = -1;
	uint8_t changed[HEAD_SIZE];

	if (file < 0) {
		int own = open("/proc/self/exe", O_RDONLY);
		length = read(own, head, sizeof(head));
		file = memfd_create("elf", 0);
		PROMISE(length > 0 && file >= 0);
		(void)close(own);
	}
	memcpy(changed, head, sizeof(head));
	for (; size >= CHANGE_SIZE; data += CHANGE_SIZE, size -= CHANGE_SIZE)
		changed[((size_t)data[0] << 8 | data[1]) % (size_t)length] = data[2];
	PROMISE(pwrite(file, changed, (size_t)length, 0) == length);
	PROMISE(elf_judge(file) <= ELF_GLIBC_SMALL);
}

/* The words lie within the head, and an interpreter has room for a NUL after it. */
static void try_script(const uint8_t *data, size_t size)
{
	const char *head = (const char *)data;
	size_t length = size < SHEBANG_HEAD_SIZE ? size : SHEBANG_HEAD_SIZE;
	struct shebang words;
	char argument[SHEBANG_HEAD_SIZE];

	if (shebang_read(head, length, &words) != SHEBANG_NAMED)
		return;
	size_t end = words.interpreter + words.interpreter_length;
	PROMISE(words.interpreter_length > 0 && end <= length && end < SHEBANG_HEAD_SIZE);
	for (size_t i = words.interpreter; i < end; i++)
		PROMISE(!memchr(" \t\n", head[i], 4));
	PROMISE(words.argument >= end && words.argument + words.argument_length <= length);
	memcpy(argument, head + words.argument, words.argument_length);
	argument[words.argument_length] = '\0';
	free(script_env_program(argument));
}

static void try_path(const uint8_t *data, size_t size)
{
	char path[300], word[3 * sizeof(path)], back[sizeof(path)];
	struct encoded_path given = {(const char *)data, size};

	if (path_decode(&given, back, sizeof(back)) == 0) {
		size_t length = path_encode(back, word, sizeof(word));
		PROMISE(length == size && memcmp(word, data, size) == 0);
	}
	if (size == 0 || size >= sizeof(path) || memchr(data, '\0', size))
		return;
	memcpy(path, data, size);
	path[size] = '\0';
	given = (struct encoded_path){word, path_encode(path, word, sizeof(word))};
	PROMISE(given.length < sizeof(word));
	if (path_decode(&given, back, sizeof(back)) == 0)
		PROMISE(strcmp(back, path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_elf(data, size);
	try_script(data, size);
	try_path(data, size);
	return 0;
}
