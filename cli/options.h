/* SPDX-License-Identifier: MIT */
/* The command line as data. Values are still text here: resolve/resolve.h finds what they mean. */
#ifndef BINDTO_OPTIONS_H
#define BINDTO_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "engine.h"
#include "option_table.h"

/* What bindto does in this call. */
enum task {
	TASK_RUN,
	TASK_LIST,    /* --list: there is no pin and no program */
	TASK_EXPLAIN, /* --explain: everything but the start of the program */
};

/* One option as the user gave it. command.c writes command lines from these. */
struct given {
	const struct option_row *row;
	const char *value; /* NULL if it has none */
	size_t word, end;  /* its words in argv, from word to before end; -vs is one word of two */
};

struct options {
	enum task task;
	const char **addresses;
	size_t address_count;
	const char *interface; /* NULL if not given */
	const char *ports;     /* NULL if not given */
	const char **excluded;
	size_t excluded_count;
	const char **only; /* values of --only */
	size_t only_count;
	const char **dns; /* values of --dns */
	size_t dns_count;
	bool only_v4, only_v6;
	bool keeps_listeners; /* --listen=keep */
	enum engine engine;   /* what --engine, --strict and --dns together choose */
	bool verbose;
	const char *log; /* NULL if not given */
	bool json;
	enum color_when color;
	char **words; /* argv, for command.c */
	struct given *given;
	size_t given_count;
	char **program; /* the program's name and its arguments; NULL ends them */
};

/*
 * Reads the command line into *ret_options, which points into argv; options_free() frees the rest.
 * Prints and exits with 0 for --help and --version. Exits with STATUS_FAILED if the command line is
 * wrong.
 */
void options_parse(int argc, char **argv, struct options *ret_options);
void options_free(struct options *options);

#endif
