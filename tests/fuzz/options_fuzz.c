/* SPDX-License-Identifier: MIT */
/*
 * Command lines: words that NUL bytes separate. A bad command line ends bindto with one message and
 * status 125, and never in another way.
 */
#include <string.h>

#include "base/diag.h"
#include "ended.h"
#include "fuzz.h"
#include "options.h"

enum { WORDS_MAX = 32, TEXT_SIZE = 512 };

struct command {
	int count;
	char *words[WORDS_MAX];
};

static void cut(char *text, size_t size, struct command *command)
{
	int count = 1;

	command->words[0] = strcpy(text + size + 1, "bindto");
	for (size_t at = 0; at < size && count < WORDS_MAX - 1; at += strlen(text + at) + 1)
		command->words[count++] = text + at;
	command->words[count] = NULL;
	command->count = count;
}

static void parse(void *data)
{
	struct command *command = data;
	struct options options = {0};

	options_parse(command->count, command->words, &options);
	PROMISE(options.task == TASK_LIST || (options.program && options.program[0]));
	options_free(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_SIZE + 16] = {0};
	struct command command;

	size = size < TEXT_SIZE ? size : TEXT_SIZE;
	memcpy(text, data, size);
	cut(text, size, &command);
	int status = ended(parse, &command);
	PROMISE(status == -1 || status == STATUS_FAILED || status == EXIT_SUCCESS);
	return 0;
}
