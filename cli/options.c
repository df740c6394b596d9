/* SPDX-License-Identifier: MIT */
/*
 * The command line. Nothing happens before all of it is read; --help and --version are options like
 * the others. What getopt_long(3) needs, the help text and the rule on repeats come from one table,
 * contradictions from another.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

/* In place of a letter, of options that have none. */
enum { LETTER_ENGINE = 1, LETTER_DNS, LETTER_LOG };

enum repeat {
	REPEAT_NO,   /* a second value would contradict the first */
	REPEAT_LIST, /* each value counts */
	REPEAT_SAME, /* a flag: saying it twice changes nothing */
};

static const struct spec {
	char letter;
	enum repeat repeat;
	const char *name;
	const char *argument; /* NULL: takes none; "[=...]": the long name may take one */
	const char *help;
} specs[] = {
	{'a', REPEAT_LIST, "address", "ADDR", "pin to this local address; once for each family"},
	{'i', REPEAT_NO, "interface", "NAME",
	 "pin to this interface, its addresses and the device; a\n"
	 "name, alternative name, index or shell pattern"},
	{'p', REPEAT_NO, "port", "LOW[-HIGH]", "local ports that sockets may take by themselves"},
	{'4', REPEAT_SAME, "ipv4", NULL, "IPv4 only"},
	{'6', REPEAT_SAME, "ipv6", NULL, "IPv6 only"},
	{'e', REPEAT_LIST, "exclude", "ADDR[/LEN]", "a destination that is reached unpinned"},
	{'s', REPEAT_SAME, "strict", "[=messages]",
	 "supervise the program: nothing of it or its children leaves\n"
	 "unpinned; with =messages not even by sendmsg(2)"},
	{LETTER_DNS, REPEAT_LIST, "dns", "ADDR[:PORT]",
	 "supervise the program, and send its name lookups to this\n"
	 "server; once for each family"},
	{LETTER_ENGINE, REPEAT_NO, "engine", "preload|supervise", "force one of the two engines"},
	{'v', REPEAT_SAME, "verbose", NULL, "one line on stderr for each socket"},
	{LETTER_LOG, REPEAT_NO, "log", "FILE",
	 "append to FILE what -v tells, one line of JSON for each"},
	{'h', REPEAT_SAME, "help", NULL, "print this help"},
	{'V', REPEAT_SAME, "version", NULL, "print the version"},
};

enum { SPEC_COUNT = sizeof(specs) / sizeof(specs[0]) };

/* What was given on the command line, by index into specs. */
struct given {
	size_t times[SPEC_COUNT];
};

static const struct {
	char one, other;
	const char *reason;
} contradictions[] = {
	{'4', '6', "together they leave no family"},
};

static size_t spec_index(int letter)
{
	size_t i = 0;

	while (i < SPEC_COUNT && specs[i].letter != letter)
		i++;
	return i;
}

static bool is_given(const struct given *given, int letter)
{
	return given->times[spec_index(letter)] > 0;
}

static bool has_letter(const struct spec *spec)
{
	return spec->letter >= ' ';
}

static bool is_optional(const struct spec *spec)
{
	return spec->argument && spec->argument[0] == '[';
}

static void print_options(void)
{
	for (size_t i = 0; i < SPEC_COUNT; i++) {
		const char *argument = specs[i].argument ? specs[i].argument : "";
		const char *blank = is_optional(&specs[i]) ? "" : " ";
		int width = 27 - (int)(strlen(specs[i].name) + strlen(blank));

		if (has_letter(&specs[i]))
			printf("  -%c,", specs[i].letter);
		else
			printf("%5s", "");
		printf(" --%s%s%-*s", specs[i].name, blank, width, argument);
		for (const char *c = specs[i].help; *c; c++)
			if (*c == '\n')
				printf("\n%*s", 35, "");
			else
				putchar(*c);
		putchar('\n');
	}
}

static void print_help(void)
{
	puts("Usage: bindto [OPTIONS] [--] PROGRAM [ARG]...\n"
	     "Run PROGRAM with every socket pinned to a local address, an interface or a port range.\n"
	     "\n"
	     "At least one of -a, -i and -p is needed:");
	print_options();
	puts("\n"
	     "A socket that cannot be pinned fails. This host's own services stay reachable.\n"
	     "Exit status: 125 when bindto fails, 126 when PROGRAM cannot be run, 127 when it is\n"
	     "not found, else PROGRAM's own.");
}

__attribute__((noreturn)) static void exit_printed(void)
{
	if (fflush(stdout) || ferror(stdout))
		die("cannot write to 'stdout': %s", strerror(errno));
	exit(EXIT_SUCCESS);
}

__attribute__((noreturn)) static void die_usage(void)
{
	diag_hint("bindto --help lists the options");
	exit(STATUS_FAILED);
}

/* getopt_long(3) takes a unique one, so what it has not taken is not unique. */
static bool is_abbreviation(const char *name)
{
	for (size_t i = 0; i < SPEC_COUNT; i++)
		if (strncmp(specs[i].name, name, strcspn(name, "=")) == 0)
			return true;
	return false;
}

/* getopt_long(3) leaves in optopt what a short option was, and for a long one 0 or its letter. */
__attribute__((noreturn)) static void die_unknown(char *const argv[], bool lacks_argument)
{
	const char *word = argv[optind - 1];
	bool is_long = strncmp(word, "--", 2) == 0;

	if (is_long && lacks_argument)
		diag_error("cannot use '%s': it needs a value", word);
	else if (lacks_argument)
		diag_error("cannot use '-%c': it needs a value", optopt);
	else if (is_long && optopt)
		diag_error("cannot use '%s': it takes no value", word);
	else if (is_long)
		diag_error("cannot use '%s': %s", word,
			   is_abbreviation(word + 2) ? "it is ambiguous"
						     : "there is no such option");
	else
		diag_error("cannot use '-%c': there is no such option", optopt);
	die_usage();
}

static enum engine engine_of(const char *name)
{
	if (strcmp(name, "preload") == 0)
		return ENGINE_PRELOAD;
	if (strcmp(name, "supervise") == 0)
		return ENGINE_SUPERVISE;
	die("cannot use '--engine %s': it is neither preload nor supervise", name);
}

/* The value of --strict, where it has one. */
static bool sees_messages(const char *value)
{
	if (value && strcmp(value, "messages") != 0)
		die("cannot use '--strict=%s': the only word that it takes is 'messages'", value);
	return value != NULL;
}

static void store(struct options *options, int letter, const char *value)
{
	switch (letter) {
	case 'a':
		options->addresses[options->address_count++] = value;
		break;
	case 'i':
		options->interface = value;
		break;
	case 'p':
		options->ports = value;
		break;
	case '4':
		options->only_v4 = true;
		break;
	case '6':
		options->only_v6 = true;
		break;
	case 'e':
		options->excluded[options->excluded_count++] = value;
		break;
	case 's':
		options->strict = true;
		options->messages |= sees_messages(value);
		break;
	case LETTER_DNS:
		options->dns[options->dns_count++] = value;
		break;
	case LETTER_ENGINE:
		options->engine = engine_of(value);
		break;
	case LETTER_LOG:
		options->log = value;
		break;
	case 'v':
		options->verbose = true;
		break;
	default: /* -h and -V are looked at in given */
		break;
	}
}

/* The leading '+' leaves the program's options to the program: `bindto -i lo echo -i x`. */
static void read_all(int argc, char **argv, struct given *given, struct options *options)
{
	char letters[2 * SPEC_COUNT + 3] = "+:";
	char *end = letters + 2;
	struct option names[SPEC_COUNT + 1] = {{0}};
	int letter;

	for (size_t i = 0; i < SPEC_COUNT; i++) {
		int takes = specs[i].argument ? required_argument : no_argument;

		if (is_optional(&specs[i]))
			takes = optional_argument;
		if (has_letter(&specs[i])) {
			*end++ = specs[i].letter;
			if (takes == required_argument)
				*end++ = ':';
		}
		names[i] = (struct option){specs[i].name, takes, NULL, specs[i].letter};
	}
	*end = '\0';

	while ((letter = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (letter == '?' || letter == ':')
			die_unknown(argv, letter == ':');
		given->times[spec_index(letter)]++;
		store(options, letter, optarg);
	}
	options->program = argv + optind;
}

static void check_repeats(const struct given *given)
{
	for (size_t i = 0; i < SPEC_COUNT; i++)
		if (specs[i].repeat == REPEAT_NO && given->times[i] > 1) {
			if (!has_letter(&specs[i]))
				die("cannot use '--%s' more than once: it takes one value",
				    specs[i].name);
			die("cannot use '-%c' more than once: it takes one value", specs[i].letter);
		}
}

static void check_contradictions(const struct given *given)
{
	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		char one = contradictions[i].one, other = contradictions[i].other;

		if (is_given(given, one) && is_given(given, other))
			die("cannot use '-%c' with '-%c': %s", one, other,
			    contradictions[i].reason);
	}
}

static void check_engine(const struct options *options)
{
	if (options->strict && options->engine == ENGINE_PRELOAD)
		die("cannot use '--strict' with '--engine preload': it does not see every call");
	if (options->dns_count > 0 && options->engine == ENGINE_PRELOAD)
		die("cannot use '--dns' with '--engine preload': it does not see libc's lookups");
}

static void check_complete(const struct given *given, const struct options *options)
{
	if (!is_given(given, 'a') && !is_given(given, 'i') && !is_given(given, 'p')) {
		diag_error("cannot pin: none of -a, -i and -p is given");
		die_usage();
	}
	if (!options->program[0]) {
		diag_error("cannot run: no program is given");
		die_usage();
	}
}

void options_parse(int argc, char **argv, struct options *ret_options)
{
	struct given given = {{0}};
	struct options options = {
		/* There cannot be more of them than words. */
		.addresses = alloc_array((size_t)argc, sizeof(*options.addresses)),
		.excluded = alloc_array((size_t)argc, sizeof(*options.excluded)),
		.dns = alloc_array((size_t)argc, sizeof(*options.dns)),
	};

	read_all(argc, argv, &given, &options);
	if (is_given(&given, 'h')) {
		print_help();
		exit_printed();
	}
	if (is_given(&given, 'V')) {
		puts("bindto " BINDTO_VERSION);
		exit_printed();
	}
	check_repeats(&given);
	check_contradictions(&given);
	check_engine(&options);
	check_complete(&given, &options);
	*ret_options = options;
}

void options_free(struct options *options)
{
	free(options->addresses);
	free(options->excluded);
	free(options->dns);
}
