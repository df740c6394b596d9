/* SPDX-License-Identifier: MIT */
/* The options in the order of the help. */
#include "spec.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "cleanup.h"
#include "nearest.h"

const struct spec specs[] = {
	{'a', REPEAT_LIST, "address", "ADDR", "pin to this local address; once for each family"},
	{'i', REPEAT_NO, "interface", "NAME",
	 "pin to this interface, its addresses and the device; a\n"
	 "name, alternative name, index or shell pattern"},
	{'p', REPEAT_NO, "port", "LOW[-HIGH]", "local ports that sockets may take by themselves"},
	{'4', REPEAT_SAME, "ipv4", NULL, "IPv4 only"},
	{'6', REPEAT_SAME, "ipv6", NULL, "IPv6 only"},
	{'e', REPEAT_LIST, "exclude", "ADDR[/LEN]", "a destination that is reached unpinned"},
	{'s', REPEAT_SAME, "strict", "[=messages]",
	 "let the supervisor alone hold the program: for one that\n"
	 "you do not trust (=messages means the same)"},
	{LETTER_DNS, REPEAT_LIST, "dns", "ADDR[:PORT]",
	 "send name lookups to this server, pinned; once for each\n"
	 "family; implies --strict"},
	{LETTER_ENGINE, REPEAT_NO, "engine", "both|preload|supervise",
	 "both (the default): library and supervisor; preload: the\n"
	 "library alone, which leaves libc's lookups unpinned;\n"
	 "supervise: the same as --strict"},
	{'v', REPEAT_SAME, "verbose", NULL, "one line on stderr for each socket"},
	{LETTER_LOG, REPEAT_NO, "log", "FILE",
	 "append to FILE what -v tells, one line of JSON for each"},
	{'l', REPEAT_SAME, "list", NULL, "list the interfaces and their addresses"},
	{LETTER_EXPLAIN, REPEAT_SAME, "explain", NULL,
	 "start nothing; say what would happen and what is in the way"},
	{LETTER_JSON, REPEAT_SAME, "json", NULL, "--list and --explain for scripts"},
	{LETTER_COLOR, REPEAT_NO, "color", "[=WHEN]",
	 "colours: auto (on terminals), always, never"},
	{'h', REPEAT_SAME, "help", NULL, "print this help"},
	{'V', REPEAT_SAME, "version", NULL, "print the version"},
};

static_assert(sizeof(specs) / sizeof(specs[0]) == SPEC_COUNT, "SPEC_COUNT is of another table");

/* Where the help of an option begins. */
enum { HELP_COLUMN = 39 };

size_t spec_index(int letter)
{
	size_t i = 0;

	while (i < SPEC_COUNT && specs[i].letter != letter)
		i++;
	return i;
}

char *spec_text(int letter, char buffer[SPEC_TEXT_SIZE])
{
	if (letter >= ' ')
		(void)snprintf(buffer, SPEC_TEXT_SIZE, "-%c", letter);
	else
		(void)snprintf(buffer, SPEC_TEXT_SIZE, "--%s", specs[spec_index(letter)].name);
	return buffer;
}

bool spec_argument_is_optional(const struct spec *spec)
{
	return spec->argument && spec->argument[0] == '[';
}

void spec_print(void)
{
	for (size_t i = 0; i < SPEC_COUNT; i++) {
		const struct spec *spec = &specs[i];
		const char *blank = spec->argument && !spec_argument_is_optional(spec) ? " " : "";
		AUTO_FREE char *words = alloc_text(
			"  %c%c%c --%s%s%s", spec->letter < ' ' ? ' ' : '-',
			spec->letter < ' ' ? ' ' : spec->letter, spec->letter < ' ' ? ' ' : ',',
			spec->name, blank, spec->argument ? spec->argument : "");

		(void)printf("%-*s", HELP_COLUMN, words);
		for (const char *c = spec->help; *c; c++)
			if (*c == '\n')
				(void)printf("\n%*s", HELP_COLUMN, "");
			else
				(void)putchar(*c);
		(void)putchar('\n');
	}
}

bool spec_is_abbreviation(const char *name)
{
	for (size_t i = 0; i < SPEC_COUNT; i++)
		if (strncmp(specs[i].name, name, strcspn(name, "=")) == 0)
			return true;
	return false;
}

const char *spec_nearest(const char *name)
{
	AUTO_FREE char *word = alloc_text("%.*s", (int)strcspn(name, "="), name);
	struct nearest nearest = nearest_to(word);

	for (size_t i = 0; i < SPEC_COUNT; i++)
		nearest_try(&nearest, specs[i].name);
	return nearest.best;
}
