/* SPDX-License-Identifier: MIT */
/*
 * Prints messages on stderr. Each line is written at once, so that the lines of programs that start
 * at the same time do not mix.
 */
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static struct {
	const char *file;
	size_t line;
	const char *note;
} place;

void diag_place(const char *file, size_t line)
{
	place.file = file;
	place.line = line;
}

void diag_note(const char *note)
{
	place.note = note;
}

/* Only ASCII control characters can break the line or move the cursor: the bytes of UTF-8 stay. */
static void one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == '\177')
			*text = '?';
}

/* Returns what diag_place() adds to a message, allocated; NULL if there is nothing, or no memory. */
static char *place_text(void)
{
	char *text;

	if (!place.file || asprintf(&text, " (line %zu of '%s')", place.line, place.file) < 0)
		return NULL;
	one_line(text);
	return text;
}

__attribute__((format(printf, 3, 0))) static void print(const char *prefix, bool has_place,
							const char *format, va_list arguments)
{
	AUTO_FREE char *text = NULL, *where = has_place ? place_text() : NULL;

	if (vasprintf(&text, format, arguments) < 0) {
		text = NULL;
		(void)fprintf(stderr, "%s: %s\n", prefix, "out of memory");
		return;
	}
	one_line(text);
	/* If stderr cannot be written to, there is nobody to tell. */
	const char *note = has_place ? place.note : NULL;
	(void)fprintf(stderr, "%s: %s%s%s%s%s\n", prefix, text, note ? " (" : "", note ? note : "",
		      note ? ")" : "", where ? where : "");
}

void diag_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print("bindto", true, format, arguments);
	va_end(arguments);
}

void diag_hint(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print("hint", false, format, arguments);
	va_end(arguments);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print("bindto", true, format, arguments);
	va_end(arguments);
	exit(STATUS_FAILED);
}

void diag_flush(void)
{
	if (fflush(stdout) || ferror(stdout))
		die("cannot write to 'stdout': %s", strerror(errno));
}
