/* SPDX-License-Identifier: MIT */
/* Text in aligned columns, coloured if that is wanted. */
#ifndef BINDTO_TABLE_H
#define BINDTO_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum color {
	COLOR_NONE,
	COLOR_BOLD,
	COLOR_GOOD,  /* green */
	COLOR_BAD,   /* red */
	COLOR_DOUBT, /* yellow */
	COLOR_NAME,  /* cyan */
};

/* When colours are wanted: --color. */
enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Auto: on a terminal that knows them, unless the user says NO_COLOR (https://no-color.org). */
bool color_wanted(enum color_when when);

/* What switches the color on and off again; "" if colours are not wanted. */
const char *color_start(bool wanted, enum color color);
const char *color_end(bool wanted, enum color color);

struct cell {
	char *text; /* owned by the table */
	enum color color;
};

struct table {
	struct cell *cells; /* row after row */
	size_t cell_count;
	size_t columns;
};

/* Takes text over; an empty one becomes "-", so that a row has a word in every column. */
void table_add(struct table *table, enum color color, char *text);

/* Prints to standard output: two blanks between columns, none at the ends of lines. */
void table_print(const struct table *table, bool colored);
void table_free(struct table *table);

#endif
