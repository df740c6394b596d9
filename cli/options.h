/* SPDX-License-Identifier: MIT */
/* The command line as data. Values are still text here: what they mean is resolve.h's part. */
#ifndef BINDTO_OPTIONS_H
#define BINDTO_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "engine.h"
#include "option_table.h"

/* What is to be done. */
enum task {
	TASK_RUN,
	TASK_LIST,    /* --list: no pin and no program */
	TASK_EXPLAIN, /* --explain: everything but the program's start */
};

/* An option on the command line: for command.c, which writes command lines like it. */
struct given {
	const struct option_row *row;
	const char *value; /* NULL: none */
	size_t word, end;  /* its words of argv: [word, end); several options may share one (-vs) */
};

struct options {
	enum task task;
	const char **addresses;
	size_t address_count;
	const char *interface; /* NULL: none */
	const char *ports;     /* NULL: none */
	const char **excluded;
	size_t excluded_count;
	const char **dns; /* servers */
	size_t dns_count;
	bool only_v4, only_v6;
	enum engine engine; /* as --engine, --strict and --dns together have it */
	bool verbose;
	const char *log; /* NULL: none */
	bool json;
	enum color_when color;
	char **words; /* argv */
	struct given *given;
	size_t given_count;
	char **program; /* the program and its arguments, ending in NULL */
};

/*
 * Reads argv, whose strings the result refers to. Ends bindto for --help and --version, and with
 * STATUS_FAILED for a command line that is none.
 */
void options_parse(int argc, char **argv, struct options *ret_options);
void options_free(struct options *options);

#endif
