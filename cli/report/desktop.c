/* SPDX-License-Identifier: MIT */
/*
 * --desktop-entry. Every Exec line of the program's own entry, those of its actions among them,
 * gets bindto and the options in front. The rest stays, so that icon, translations and file types
 * are the program's. D-Bus must not start the program, because it would start it without bindto.
 */
#include "report/desktop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/self.h"
#include "base/words.h"
#include "command.h"

struct made {
	char *prefix;  /* bindto and its options, as the beginning of a value of Exec */
	char *program; /* an absolute path */
	char **arguments;
	char *suffix; /* of the name: " (wlan0)", escaped */
	struct desktop_entry entry;
	FILE *out; /* fills text: nothing is printed before all is known to be right */
	char *text;
	size_t size;
};

static void made_free(struct made *made)
{
	free(made->prefix);
	free(made->program);
	free(made->suffix);
	free(made->entry.path);
	free(made->entry.text);
	free(made->text);
}

/* Returns path as an absolute one: the menu starts programs in another directory. */
static char *absolute(const char *path)
{
	AUTO_FREE char *directory = NULL;

	if (path[0] == '/')
		return alloc_copy(path);
	directory = getcwd(NULL, 0);
	if (!directory)
		die("cannot name '%s' from the root directory on: %s", path, strerror(errno));
	path += strncmp(path, "./", 2) == 0 ? 2 : 0;
	return alloc_text("%s/%s", strcmp(directory, "/") == 0 ? "" : directory, path);
}

/* Is the value a file's path that depends on the directory? */
static bool is_relative(const struct given *given)
{
	bool is_file = given->value && given->row->completion &&
		       (strcmp(given->row->completion, "FILES") == 0 ||
			(given->row->letter == 'c' && strchr(given->value, '/')));

	return is_file && given->value[0] != '/';
}

static void check_paths(const struct options *options)
{
	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];

		if (!is_relative(given))
			continue;
		AUTO_FREE char *path = absolute(given->value);
		options_place(options, given->value);
		diag_error("cannot use '--%s %s' with '--desktop-entry': a menu starts programs in "
			   "another directory",
			   given->row->name, given->value);
		diag_hint("did you mean '--%s %s'?", given->row->name, path);
		exit(STATUS_FAILED);
	}
}

/* Returns "bindto OPTIONS --" as the beginning of a value of Exec. */
static char *prefix_of(const struct options *options)
{
	AUTO_FREE char *bindto = self_path(), *text = command_options(options);
	char **words = NULL, *prefix = NULL;

	if (!bindto)
		die("cannot name 'bindto' in a menu entry: its file is gone");
	if (strchr(bindto, '='))
		die("cannot name '%s' in a menu entry: the path of a program must not have a '='",
		    bindto);
	desktop_quote(&prefix, bindto, false);
	(void)words_split(text, &words); /* command_quote() has closed each quote */
	for (size_t i = 0; words[i]; i++)
		desktop_quote(&prefix, words[i], false);
	words_free(words);
	return prefix;
}

/*
 * Appends the values of an option that the command line, and not the profile, gives, as "wlan0, eth0".
 */
static void append_ordered(char **list, const struct options *options, char letter)
{
	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];

		if (given->row->letter == letter && !given->line)
			alloc_append(list, "%s%s", *list ? ", " : "", given->value);
	}
}

/* What tells this entry from others of the program: interfaces, addresses, or the profile. */
static char *suffix_of(const struct options *options)
{
	char *suffix = alloc_copy(" (");
	AUTO_FREE char *found = NULL, *profile = NULL;

	append_ordered(&found, options, 'i');
	if (!found)
		append_ordered(&found, options, 'a');
	append_ordered(&profile, options, 'c');
	if (!found && profile) {
		const char *slash = strrchr(profile, '/');

		found = alloc_copy(slash ? slash + 1 : profile);
	}
	desktop_escape(&suffix, found ? found : "bindto");
	alloc_append(&suffix, ")");
	return suffix;
}

static void print_exec(const struct made *made, char **words, size_t place)
{
	AUTO_FREE char *exec = alloc_copy(made->prefix);

	for (size_t i = 0; words[i]; i++) {
		if (i != place) {
			desktop_quote(&exec, words[i], true);
			continue;
		}
		desktop_quote(&exec, made->program, false);
		for (char **more = made->arguments; *more && !made->entry.has_arguments; more++)
			desktop_quote(&exec, *more, false);
	}
	(void)fprintf(made->out, "Exec=%s\n", exec);
}

static void change_exec(const struct made *made, const char *value)
{
	size_t place;
	char **words;
	const char *reason = desktop_words(value, made->program, &words, &place);

	if (reason)
		die("cannot use '%s': in an Exec line, %s", made->entry.path, reason);
	print_exec(made, words, place);
	words_free(words);
}

/* TryExec tells whether the program is installed. */
static void change_try_exec(const struct made *made, const char *value)
{
	AUTO_FREE char *word = desktop_unescape(value), *text = NULL;

	desktop_escape(&text, desktop_names(word, made->program) ? made->program : word);
	(void)fprintf(made->out, "TryExec=%s\n", text);
}

/* Prints a line of the program's entry, of the main group or of an action. */
static void change(const struct made *made, const char *line, bool is_main)
{
	const char *value;

	if ((value = desktop_value(line, "Exec", false)))
		change_exec(made, value);
	else if (is_main && (value = desktop_value(line, "TryExec", false)))
		change_try_exec(made, value);
	else if (is_main && desktop_value(line, "DBusActivatable", false))
		(void)fputs("DBusActivatable=false\n", made->out);
	else if (is_main && desktop_value(line, "Name", true))
		(void)fprintf(made->out, "%s%s\n", line, made->suffix);
	else
		(void)fprintf(made->out, "%s\n", line);
}

static void print_changed(const struct made *made)
{
	AUTO_FREE char *text = alloc_copy(made->entry.text);
	bool is_main = false, is_action = false;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		if (!rest && !*line)
			break; /* the last line's end */
		if (*line == '[') {
			is_main = strcmp(line, "[Desktop Entry]") == 0;
			is_action = strncmp(line, "[Desktop Action ", 16) == 0;
		}
		if (is_main || is_action)
			change(made, line, is_main);
		else
			(void)fprintf(made->out, "%s\n", line);
	}
}

/* A program that brings no entry is mostly one for a terminal. */
static void print_short(const struct made *made)
{
	char *words[] = {made->program, NULL};
	AUTO_FREE char *name = NULL, *try = NULL;

	desktop_escape(&name, strrchr(made->program, '/') + 1);
	desktop_escape(&try, made->program);
	(void)fprintf(made->out,
		      "[Desktop Entry]\n"
		      "Type=Application\n"
		      "Name=%s%s\n"
		      "TryExec=%s\n",
		      name, made->suffix, try);
	print_exec(made, words, 0);
	(void)fputs("Terminal=true\n", made->out);
}

int report_desktop(const struct options *options, const struct target *target)
{
	check_paths(options);
	CLEANUP(made_free)
	struct made made = {
		.prefix = prefix_of(options),
		.program = absolute(target->path),
		.arguments = options->program + 1,
		.suffix = suffix_of(options),
	};

	made.out = open_memstream(&made.text, &made.size);
	if (!made.out)
		die("cannot make a menu entry: %s", strerror(errno));
	desktop_find(made.program, made.arguments, &made.entry);
	if (made.entry.path)
		print_changed(&made);
	else
		print_short(&made);
	if (fclose(made.out) != 0)
		die("cannot make a menu entry: %s", strerror(errno));
	(void)fputs(made.text, stdout); /* diag_flush() looks for errors */
	diag_flush();
	return EXIT_SUCCESS;
}
