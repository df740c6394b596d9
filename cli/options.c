/* SPDX-License-Identifier: MIT */
/*
 * The command line. Nothing happens before all of it is read; --help and --version are options like
 * the others. What there is comes from the table of spec.c, contradictions from one here.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cleanup.h"
#include "diag.h"
#include "nearest.h"
#include "spec.h"

/* What was given on the command line, by index into specs. */
struct given {
	size_t times[SPEC_COUNT];
};

static const struct {
	char one, other;
	const char *reason;
} contradictions[] = {
	{'4', '6', "together they leave no family"},
	{'l', LETTER_EXPLAIN, "they are two questions"},
	{'l', 'a', "it lists all there is"},
	{'l', 'i', "it lists all there is"},
	{'l', 'p', "it pins nothing"},
	{'l', '4', "it lists all there is"},
	{'l', '6', "it lists all there is"},
	{'l', 'e', "it pins nothing"},
	{'l', 's', "it runs no program"},
	{'l', LETTER_DNS, "it runs no program"},
	{'l', LETTER_ENGINE, "it runs no program"},
	{'l', 'v', "it runs no program"},
	{'l', LETTER_LOG, "it runs no program"},
};

static bool is_given(const struct given *given, int letter)
{
	return given->times[spec_index(letter)] > 0;
}

static void print_help(void)
{
	puts("Usage: bindto [OPTIONS] [--] PROGRAM [ARG]...\n"
	     "       bindto --list\n"
	     "Run PROGRAM with every socket pinned to a local address, an interface or a port range.\n"
	     "\n"
	     "At least one of -a, -i and -p is needed:");
	spec_print();
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

/* meant: the name of an option, or NULL. */
__attribute__((noreturn)) static void die_usage(const char *meant)
{
	if (meant)
		diag_hint("did you mean '--%s'?", meant);
	else
		diag_hint("bindto --help lists the options");
	exit(STATUS_FAILED);
}

/* getopt_long(3) leaves in optopt what a short option was, and for a long one 0 or its letter. */
__attribute__((noreturn)) static void die_unknown(char *const argv[], bool lacks_argument)
{
	const char *word = argv[optind - 1];
	bool is_long = strncmp(word, "--", 2) == 0;
	const char *meant = NULL;

	if (is_long && lacks_argument) {
		diag_error("cannot use '%s': it needs a value", word);
	} else if (lacks_argument) {
		diag_error("cannot use '-%c': it needs a value", optopt);
	} else if (is_long && optopt) {
		diag_error("cannot use '%s': it takes no value", word);
	} else if (is_long && spec_is_abbreviation(word + 2)) {
		diag_error("cannot use '%s': it is ambiguous", word);
	} else if (is_long) {
		diag_error("cannot use '%s': there is no such option", word);
		meant = spec_nearest(word + 2);
	} else {
		diag_error("cannot use '-%c': there is no such option", optopt);
	}
	die_usage(meant);
}

/* Which of the words is name? Ends bindto where it is none of them. */
static size_t choice_of(const char *option, const char *name, const char *const words[],
			size_t count)
{
	struct nearest nearest = nearest_to(name);
	AUTO_FREE char *list = NULL;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, words[i]) == 0)
			return i;
		nearest_try(&nearest, words[i]);
		alloc_append(&list, "%s%s", i ? ", " : "", words[i]);
	}
	diag_error("cannot use '--%s %s': it is none of %s", option, name, list);
	if (nearest.best)
		diag_hint("did you mean '%s'?", nearest.best);
	exit(STATUS_FAILED);
}

/* --strict=messages is from releases that saw sendmsg(2) only then; it means --strict. */
static void check_strict(const char *value)
{
	if (value && strcmp(value, "messages") != 0)
		die("cannot use '--strict=%s': the only word that it takes is 'messages'", value);
}

static enum color_when color_of(const char *name)
{
	static const char *const words[] = {"auto", "always", "never"};
	static const enum color_when choices[] = {COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER};

	return name ? choices[choice_of("color", name, words, 3)] : COLOR_ALWAYS;
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
		check_strict(value);
		options->strict = true;
		break;
	case LETTER_DNS:
		options->dns[options->dns_count++] = value;
		break;
	case LETTER_ENGINE:
		options->engine =
			(enum engine)choice_of("engine", value, engine_names, ENGINE_COUNT);
		break;
	case LETTER_LOG:
		options->log = value;
		break;
	case 'v':
		options->verbose = true;
		break;
	case 'l':
		options->task = TASK_LIST;
		break;
	case LETTER_EXPLAIN:
		options->task = TASK_EXPLAIN;
		break;
	case LETTER_JSON:
		options->json = true;
		break;
	case LETTER_COLOR:
		options->color = color_of(value);
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
		int argument = !specs[i].argument                     ? no_argument
			       : spec_argument_is_optional(&specs[i]) ? optional_argument
								      : required_argument;

		if (specs[i].letter >= ' ') {
			*end++ = specs[i].letter;
			if (argument == required_argument)
				*end++ = ':';
		}
		names[i] = (struct option){specs[i].name, argument, NULL, specs[i].letter};
	}
	*end = '\0';

	while ((letter = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (letter == '?' || letter == ':')
			die_unknown(argv, letter == ':');
		given->times[spec_index(letter)]++;
		store(options, letter, optarg);
	}
	options->words = argv;
	options->word_count = (size_t)optind;
	options->program = argv + optind;
}

static void check_repeats(const struct given *given)
{
	char text[SPEC_TEXT_SIZE];

	for (size_t i = 0; i < SPEC_COUNT; i++)
		if (specs[i].repeat == REPEAT_NO && given->times[i] > 1)
			die("cannot use '%s' more than once: it takes one value",
			    spec_text(specs[i].letter, text));
}

static void check_contradictions(const struct given *given)
{
	char one_text[SPEC_TEXT_SIZE], other_text[SPEC_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		char one = contradictions[i].one, other = contradictions[i].other;

		if (is_given(given, one) && is_given(given, other))
			die("cannot use '%s' with '%s': %s", spec_text(one, one_text),
			    spec_text(other, other_text), contradictions[i].reason);
	}
}

static void check_engine(const struct options *options)
{
	if (options->strict && options->engine == ENGINE_PRELOAD)
		die("cannot use '--strict' with '--engine preload': it does not see every call");
	if (options->dns_count > 0 && options->engine == ENGINE_PRELOAD)
		die("cannot use '--dns' with '--engine preload': it does not see libc's lookups");
}

/* What --list and --explain print has a form; what a program prints is its own. */
static void check_form(const struct given *given, const struct options *options)
{
	if (options->task != TASK_RUN)
		return;
	if (options->json)
		die("cannot use '--json': only --list and --explain have it");
	if (is_given(given, LETTER_COLOR))
		die("cannot use '--color': only --list and --explain have it");
}

static void check_complete(const struct given *given, const struct options *options)
{
	if (options->task == TASK_LIST) {
		if (options->program[0])
			die("cannot use '%s' with '--list': it runs no program",
			    options->program[0]);
		return;
	}
	if (!is_given(given, 'a') && !is_given(given, 'i') && !is_given(given, 'p')) {
		diag_error("cannot pin: none of -a, -i and -p is given");
		die_usage(NULL);
	}
	if (!options->program[0]) {
		diag_error("cannot run: no program is given");
		die_usage(NULL);
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
	check_form(&given, &options);
	check_complete(&given, &options);
	*ret_options = options;
}

void options_free(struct options *options)
{
	free(options->addresses);
	free(options->excluded);
	free(options->dns);
}
