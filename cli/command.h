/* SPDX-License-Identifier: MIT */
/* Command lines that the user can copy: bindto as it was called, changed in one point. */
#ifndef BINDTO_COMMAND_H
#define BINDTO_COMMAND_H

#include "options.h"

/* "bindto ADDED OPTIONS -- PROGRAM ARGUMENTS", without what only --explain has; to be freed. */
char *command_with(const struct options *options, const char *added);

/* The same with another server for name lookups: "--dns SERVER". */
char *command_server(const struct options *options);

/* The same by the preload engine, and so without --strict and --dns. */
char *command_preload(const struct options *options);

/* The same with root's rights; a sudo that was the program comes first instead. */
char *command_as_root(const struct options *options);

/* Appends a word, quoted if a shell would take it apart. */
void command_quote(char **text, const char *word);

#endif
