/* SPDX-License-Identifier: MIT */
/*
 * Profiles: any bytes. A bad profile ends bindto with status 125. A good one gives options whose
 * values hold no control character, and its words are the same again after they were quoted. The
 * command line displaces its options, and it cannot ask for a report.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "base/words.h"
#include "command.h"
#include "ended.h"
#include "fuzz.h"
#include "options.h"

static struct {
	const char *data;
	size_t size;
} text;

/* In place of the one in profile_file.c, which reads a file. */
void profile_read(const char *name, struct profile *ret_profile)
{
	struct profile profile = {.path = alloc_copy(name)};

	profile_parse(text.data, text.size, &profile);
	*ret_profile = profile;
}

static void check_words(const struct profile_line *line)
{
	char *quoted = NULL, **again = NULL;
	size_t count = 0;

	for (; line->words[count]; count++)
		command_quote(&quoted, line->words[count]);
	PROMISE(count > 0 && line->words[0][0] == '-');
	PROMISE(words_split(quoted, &again) == NULL);
	for (size_t i = 0; i < count; i++)
		PROMISE(again[i] && strcmp(again[i], line->words[i]) == 0);
	PROMISE(!again[count]);
	words_free(again);
	free(quoted);
}

static void check_given(const struct options *options, const struct given *given)
{
	PROMISE(given->line <= text.size + 1);
	if (given->line == 0)
		return;
	PROMISE(given->row->about <= ABOUT_RUN && given->row->letter != 'c');
	PROMISE(given->row->letter != 'i' && given->row->letter != '6');
	for (const char *c = given->value; c && *c; c++)
		PROMISE((unsigned char)*c >= ' ' || *c == '\t');
	options_place(options, given->value);
}

static void parse(void *data)
{
	static char *words[] = {"bindto", "-i", "lo", "-4c", "profile", "program", NULL};
	struct options options = {0};

	(void)data;
	options_parse(6, words, &options);
	PROMISE(options.task == TASK_RUN && options.interface_count == 1 &&
		strcmp(options.interfaces[0], "lo") == 0);
	PROMISE(options.only_v4 && !options.only_v6);
	for (size_t i = 0; i < options.profile.line_count; i++)
		check_words(&options.profile.lines[i]);
	for (size_t i = 0; i < options.given_count; i++)
		check_given(&options, &options.given[i]);
	free(command_preload(&options));
	free(command_as_root(&options));
	options_free(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	text.data = (const char *)data;
	text.size = size;
	int status = ended(parse, NULL);
	PROMISE(status == -1 || status == STATUS_FAILED);
	return 0;
}
