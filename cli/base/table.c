/* SPDX-License-Identifier: MIT */
/*
 * Prints tables. A column is as wide as its widest text. Control characters, which names of
 * interfaces may hold, are printed as '?'. A character of UTF-8 counts as one column.
 */
#include "base/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"

bool color_wanted(enum color_when when)
{
	const char *refusal = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(refusal && *refusal) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

const char *color_start(bool is_wanted, enum color color)
{
	if (!is_wanted)
		return "";
	switch (color) {
	case COLOR_NONE:
		return "";
	case COLOR_BOLD:
		return "\033[1m";
	case COLOR_GOOD:
		return "\033[32m";
	case COLOR_BAD:
		return "\033[31m";
	case COLOR_DOUBT:
		return "\033[33m";
	case COLOR_NAME:
		return "\033[36m";
	}
	return "";
}

const char *color_end(bool is_wanted, enum color color)
{
	return is_wanted && color != COLOR_NONE ? "\033[0m" : "";
}

void table_add(struct table *table, enum color color, char *text)
{
	table->cells = alloc_grow(table->cells, table->cell_count, sizeof(*table->cells));
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == '\177')
			*c = '?';
	if (!*text) {
		free(text);
		text = alloc_copy("-");
	}
	table->cells[table->cell_count++] = (struct cell){text, color};
}

/* The bytes 10xxxxxx continue a character of UTF-8 and take no column of their own. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_cell(const struct cell *cell, size_t pad, bool is_colored)
{
	(void)printf("%s%s%s%*s", color_start(is_colored, cell->color), cell->text,
		     color_end(is_colored, cell->color), (int)pad, "");
}

void table_print(const struct table *table, bool is_colored)
{
	AUTO_FREE size_t *widths = alloc_array(table->columns, sizeof(*widths));

	for (size_t i = 0; i < table->cell_count; i++) {
		size_t width = width_of(table->cells[i].text);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (size_t i = 0; i < table->cell_count; i++) {
		const struct cell *cell = &table->cells[i];
		size_t column = i % table->columns;
		bool is_last = column + 1 == table->columns;

		print_cell(cell, is_last ? 0 : widths[column] + 2 - width_of(cell->text),
			   is_colored);
		if (is_last)
			(void)putchar('\n');
	}
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->cell_count; i++)
		free(table->cells[i].text);
	free(table->cells);
	*table = (struct table){0};
}
