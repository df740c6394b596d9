/* SPDX-License-Identifier: MIT */
/*
 * Command lines that the user can copy: the one that started bindto, with one change. Each function
 * returns allocated text. None of them repeats --explain, --desktop-entry, --json and --color.
 */
#ifndef BINDTO_COMMAND_H
#define BINDTO_COMMAND_H

#include "options.h"

/* "bindto ADDED OPTIONS -- PROGRAM ARGUMENTS" */
char *command_with(const struct options *options, const char *added);

/* With "--dns SERVER" in place of the servers that were given. */
char *command_server(const struct options *options);

/* With --engine preload, and without the options that it does not take: --strict and --dns. */
char *command_preload(const struct options *options);

/* With sudo in front of bindto. If the program is `sudo PROGRAM`, PROGRAM follows alone. */
char *command_as_root(const struct options *options);

/* "OPTIONS --": neither bindto nor the program. */
char *command_options(const struct options *options);

/* Appends a blank and a word to *text; quotes the word if a shell would split or change it. */
void command_quote(char **text, const char *word);

#endif
