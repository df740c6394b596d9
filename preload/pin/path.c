/* SPDX-License-Identifier: MIT */
/* Each byte has one form only, plain or %XX, so that a word has one meaning and a path one word. */
#include "pin/path.h"

#include <errno.h>
#include <string.h>

static const char DIGITS[] = "0123456789ABCDEF";

static bool is_plain(unsigned char byte)
{
	return byte > ' ' && byte != '%' && byte != 0x7f;
}

size_t path_encode(const char *path, char *buffer, size_t size)
{
	size_t length = 0;
	for (; *path != '\0'; path++) {
		unsigned char byte = (unsigned char)*path;
		char triple[] = {'%', DIGITS[byte >> 4], DIGITS[byte & 15]};
		const char *part = is_plain(byte) ? path : triple;
		size_t count = is_plain(byte) ? 1 : sizeof(triple);
		for (size_t i = 0; i < count; i++, length++)
			if (length + 1 < size)
				buffer[length] = part[i];
	}
	if (size > 0)
		buffer[length < size ? length : size - 1] = '\0';
	return length;
}

/* Returns the value of a digit, or 16. */
static unsigned int digit(char c)
{
	const char *at = c == '\0' ? NULL : strchr(DIGITS, c);
	return at ? (unsigned int)(at - DIGITS) : 16;
}

/* Reads one byte of the path from at, with room bytes left. Returns 0 if they are no such byte. */
static unsigned int read_byte(const char *at, size_t room, size_t *ret_length)
{
	*ret_length = 1;
	if (is_plain((unsigned char)*at))
		return (unsigned char)*at;
	if (*at != '%' || room < 3 || digit(at[1]) == 16 || digit(at[2]) == 16)
		return 0;
	unsigned int byte = digit(at[1]) << 4 | digit(at[2]);
	*ret_length = 3;
	return is_plain((unsigned char)byte) ? 0 : byte; /* path_encode() never encodes these */
}

int path_decode(const struct encoded_path *word, char *buffer, size_t size)
{
	size_t length = 0;
	for (size_t i = 0, step; i < word->length; i += step) {
		unsigned int byte = read_byte(word->text + i, word->length - i, &step);
		if (byte == 0)
			return -EINVAL;
		if (length + 1 >= size)
			return -ENAMETOOLONG;
		buffer[length++] = (char)byte;
	}
	if (length == 0)
		return -EINVAL;
	buffer[length] = '\0';
	return 0;
}
