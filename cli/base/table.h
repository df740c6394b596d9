/* SPDX-License-Identifier: MIT */
/* Prints text in aligned columns, with colours if the user wants them. */
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

/* What --color says. */
enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* COLOR_AUTO: on a terminal that knows colours, unless NO_COLOR is set (https://no-color.org). */
bool color_wanted(enum color_when when);

/* The sequences that switch the colour on and off; "" if colours are not wanted. */
const char *color_start(bool is_wanted, enum color color);
const char *color_end(bool is_wanted, enum color color);

struct cell {
	char *text; /* the table frees it */
	enum color color;
};

struct table {
	struct cell *cells; /* one row after the other */
	size_t cell_count;
	size_t columns;
};

/* Takes text over. An empty text becomes "-", so that every row has a word in every column. */
void table_add(struct table *table, enum color color, char *text);

/* Prints on standard output, with two blanks between columns and none at the ends of lines. */
void table_print(const struct table *table, bool is_colored);
void table_free(struct table *table);

#endif
