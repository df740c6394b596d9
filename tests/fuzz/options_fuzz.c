/* SPDX-License-Identifier: MIT */
/*
 * Command lines: words that NUL bytes separate. A bad command line ends bindto with one message and
 * status 125, and never in another way. Linked with --wrap=exit, so that exit() becomes a jump.
 */
#include <fcntl.h>
#include <getopt.h>
#include <setjmp.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "fuzz.h"
#include "options.h"

enum { WORDS_MAX = 32, TEXT_SIZE = 512 };

static jmp_buf ended;
static bool is_parsing;
static int status;

__attribute__((noreturn)) void __real_exit(int code);
__attribute__((noreturn)) void __wrap_exit(int code);
void __wrap_exit(int code)
{
	if (!is_parsing)
		__real_exit(code);
	status = code;
	longjmp(ended, 1);
}

/* If the parser ends the process, it leaves its memory to the process's end. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static int cut(char *text, size_t size, char **words)
{
	int count = 1;

	words[0] = strcpy(text + size + 1, "bindto");
	for (size_t at = 0; at < size && count < WORDS_MAX - 1; at += strlen(text + at) + 1)
		words[count++] = text + at;
	words[count] = NULL;
	return count;
}

static void parse(int count, char **words)
{
	struct options options = {0};

	optind = 0; /* getopt(3) begins anew */
	is_parsing = true;
	if (setjmp(ended) == 0) {
		options_parse(count, words, &options);
		PROMISE(options.task == TASK_LIST || (options.program && options.program[0]));
		options_free(&options);
	} else {
		PROMISE(status == STATUS_FAILED || status == EXIT_SUCCESS);
	}
	is_parsing = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_SIZE + 16] = {0}, *words[WORDS_MAX];
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int out = dup(STDOUT_FILENO), error = dup(STDERR_FILENO);

	size = size < TEXT_SIZE ? size : TEXT_SIZE;
	memcpy(text, data, size);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(null, STDERR_FILENO);
	parse(cut(text, size, words), words);
	(void)dup2(out, STDOUT_FILENO);
	(void)dup2(error, STDERR_FILENO);
	(void)close(null);
	(void)close(out);
	(void)close(error);
	return 0;
}
