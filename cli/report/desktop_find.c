/* SPDX-License-Identifier: MIT */
/*
 * Finds a program's own menu entry, by its name (firefox.desktop) or by its Exec line, in the
 * directories of the XDG Base Directory Specification. Their order is the order of preference.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/words.h"
#include "report/desktop.h"

enum { DEPTH_MAX = 3, READ_MAX = 1024 * 1024 };

/* How well an entry fits. */
enum fit {
	FIT_NONE,
	FIT_PROGRAM, /* its Exec is the program alone, and the arguments can be added */
	FIT_NAME,    /* it has the program's name, and the arguments can be added */
	FIT_WORDS,   /* its Exec has the same arguments, and else only field codes */
	FIT_BOTH,    /* that, and it has the program's name */
};

struct search {
	const char *program;
	char **arguments;
	enum fit fit; /* of best */
	struct desktop_entry best;
};

/* Returns the text of a regular file, allocated, or NULL. */
static char *read_text(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	CLEANUP(cleanup_file) FILE *file = NULL;
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
	    status.st_size > READ_MAX)
		return NULL;
	file = fdopen(fd, "r");
	if (!file)
		return NULL;
	(void)steal_fd(&fd); /* file closes it */
	return getdelim(&text, &size, '\0', file) > 0 ? steal_memory(&text) : NULL;
}

/* Returns the value of the key in the main group, allocated, or NULL. */
static char *value_of(const char *text, const char *key)
{
	AUTO_FREE char *copy = alloc_copy(text);
	char *rest = copy, *line;
	bool is_main = false;

	while ((line = strsep(&rest, "\n"))) {
		const char *value = desktop_value(line, key, false);

		if (*line == '[')
			is_main = strcmp(line, "[Desktop Entry]") == 0;
		if (is_main && value)
			return alloc_copy(value);
	}
	return NULL;
}

static bool has_value(const char *text, const char *key, const char *expected)
{
	AUTO_FREE char *value = value_of(text, key);

	return value && strcmp(value, expected) == 0;
}

/* A word like %u stands for the files that the user opens. Other words are arguments. */
static bool is_code(const char *word)
{
	return word[0] == '%' && word[1] && word[1] != '%' && !word[2];
}

/* Are these words the arguments, with field codes between them? */
static bool are_same(char **words, char **arguments)
{
	for (; *words; words++)
		if (*arguments && strcmp(*words, *arguments) == 0)
			arguments++;
		else if (!is_code(*words))
			return false;
	return !*arguments;
}

/* An entry that this option has made is not the program's own. */
static bool is_made(char **words)
{
	const char *slash = words[0] ? strrchr(words[0], '/') : NULL;

	return words[0] && strcmp(slash ? slash + 1 : words[0], "bindto") == 0;
}

static enum fit fit_of_words(const struct search *search, char **words, size_t place, bool is_named)
{
	static char *const none[] = {NULL};
	bool has_program = words[place] != NULL;

	if (is_made(words))
		return FIT_NONE;
	if (place == 0 && has_program && are_same(words + 1, search->arguments))
		return is_named ? FIT_BOTH : FIT_WORDS;
	if (is_named && (has_program || !*search->arguments))
		return FIT_NAME;
	return place == 0 && has_program && are_same(words + 1, (char **)none) ? FIT_PROGRAM
									       : FIT_NONE;
}

static enum fit fit_of(const struct search *search, const char *name, const char *text)
{
	AUTO_FREE char *exec = value_of(text, "Exec");
	const char *slash = strrchr(search->program, '/');
	AUTO_FREE char *own = alloc_text("%s.desktop", slash ? slash + 1 : search->program);
	char **words;
	size_t place;

	if (!exec || !has_value(text, "Type", "Application") || has_value(text, "Hidden", "true") ||
	    has_value(text, "NoDisplay", "true") ||
	    desktop_words(exec, search->program, &words, &place))
		return FIT_NONE;
	enum fit fit = fit_of_words(search, words, place, strcmp(name, own) == 0);
	words_free(words);
	return fit;
}

static void consider(struct search *search, const char *path, const char *name)
{
	AUTO_FREE char *text = read_text(path);
	enum fit fit = text ? fit_of(search, name, text) : FIT_NONE;

	if (fit <= search->fit)
		return;
	free(search->best.path);
	free(search->best.text);
	search->fit = fit;
	search->best = (struct desktop_entry){
		.path = alloc_copy(path),
		.text = steal_memory(&text),
		.has_arguments = fit >= FIT_WORDS,
	};
}

/* Entries may lie in directories below. */
static void scan(struct search *search, const char *directory, int depth)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name, *ending = strrchr(name, '.');
		AUTO_FREE char *path = alloc_text("%s/%s", directory, name);

		if (ending && strcmp(ending, ".desktop") == 0)
			consider(search, path, name);
		else if (!ending && depth < DEPTH_MAX)
			scan(search, path, depth + 1);
		free(entries[i]);
	}
	free(entries);
}

/* Relative paths do not count. */
static void scan_data(struct search *search, const char *data)
{
	AUTO_FREE char *directory = alloc_text("%s/applications", data);

	if (data[0] == '/')
		scan(search, directory, 0);
}

void desktop_find(const char *program, char **arguments, struct desktop_entry *ret_entry)
{
	const char *home = secure_getenv("HOME"), *own = secure_getenv("XDG_DATA_HOME");
	const char *others = secure_getenv("XDG_DATA_DIRS");
	struct search search = {.program = program, .arguments = arguments};
	AUTO_FREE char *standard = alloc_text("%s/.local/share", home ? home : "");
	AUTO_FREE char *list =
		alloc_copy(others && *others ? others : "/usr/local/share:/usr/share");
	char *rest = list, *data;

	scan_data(&search, own && *own ? own : home ? standard : "");
	while ((data = strsep(&rest, ":")))
		scan_data(&search, data);
	*ret_entry = search.best;
}
