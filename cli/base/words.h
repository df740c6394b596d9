/* SPDX-License-Identifier: MIT */
/*
 * Splits a line into words by a shell's rules. Blanks separate words; quotes and backslashes keep
 * what follows them; `#` at the beginning of a word starts a comment. Nothing is expanded.
 */
#ifndef BINDTO_WORDS_H
#define BINDTO_WORDS_H

#include <stddef.h>

/*
 * Sets *ret_words to the allocated words, which NULL ends, and returns NULL; words_free() frees
 * them. Or returns why the line is wrong, and sets nothing.
 */
const char *words_split(const char *line, char ***ret_words);

/* Appends word, which is allocated, to the array of count words. */
void words_add(char ***words, size_t *count, char *word);

void words_free(char **words);

#endif
