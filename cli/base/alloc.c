/* SPDX-License-Identifier: MIT */
/* Ends bindto if there is no memory, so that no caller has to check for NULL. */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "pin/path.h"

static void *or_die(void *memory)
{
	if (!memory)
		die("cannot start: out of memory");
	return memory;
}

void *alloc_array(size_t count, size_t size)
{
	return or_die(calloc(count ? count : 1, size));
}

void *alloc_grow(void *array, size_t count, size_t size)
{
	/* The array is full when count is a power of two, so no capacity need be stored. */
	if (count & (count - 1))
		return array;
	return or_die(reallocarray(array, count ? 2 * count : 1, size));
}

char *alloc_copy(const char *text)
{
	return or_die(strdup(text));
}

__attribute__((format(printf, 1, 0))) static char *text_of(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	return or_die(text);
}

char *alloc_text(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = text_of(format, arguments);
	va_end(arguments);
	return text;
}

void alloc_append(char **text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	AUTO_FREE char *more = text_of(format, arguments);
	va_end(arguments);
	AUTO_FREE char *before = *text;
	*text = alloc_text("%s%s", before ? before : "", more);
}

char *alloc_path_word(const char *path)
{
	size_t size = path_encode(path, NULL, 0) + 1;
	char *word = alloc_array(1, size);

	(void)path_encode(path, word, size); /* the length is known */
	return word;
}
