/* SPDX-License-Identifier: MIT */
/*
 * Entries of a desktop's menu (.desktop files), as the Desktop Entry Specification defines them. A
 * value of Exec is escaped twice: a word in quotes, as in a shell, and that text as any other value.
 */
#ifndef BINDTO_DESKTOP_H
#define BINDTO_DESKTOP_H

#include <stdbool.h>

#include "options.h"
#include "target/target.h"

/*
 * Prints a menu entry that runs the program as the options say: the program's own entry, changed,
 * or a short one if it has none. Returns the exit status.
 */
int report_desktop(const struct options *options, const struct target *target);

/* Returns the text that a value stands for, allocated. */
char *desktop_unescape(const char *value);

/* Appends raw to *value, escaped like the value of any key. Exits if it cannot be in an entry. */
void desktop_escape(char **value, const char *raw);

/*
 * Appends a blank and a word to *exec, a value of Exec. has_codes says that each '%' in it is a
 * field code such as %u, and not a character.
 */
void desktop_quote(char **exec, const char *word, bool has_codes);

/*
 * Returns what the line gives to key, or NULL if the line is about something else. Name[de] counts
 * as Name if is_localized is true.
 */
const char *desktop_value(const char *line, const char *key, bool is_localized);

/* Does the word start the program: has it the program's name, and leads to the same file? */
bool desktop_names(const char *word, const char *program);

/*
 * Splits the value of Exec into words, to be freed. Sets *ret_place to the place of the word that
 * names the program, or to that of the NULL at the end. Returns NULL, or why that is impossible.
 */
const char *desktop_words(const char *exec, const char *program, char ***ret_words,
			  size_t *ret_place);

struct desktop_entry {
	char *path; /* NULL: there is none */
	char *text;
	bool has_arguments; /* its Exec has the arguments already */
};

/* Finds the entry of the program with these arguments. program is an absolute path. */
void desktop_find(const char *program, char **arguments, struct desktop_entry *ret_entry);

#endif
