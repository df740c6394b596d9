/* SPDX-License-Identifier: MIT */
/* The command line as data. Values are still text here: resolve/resolve.h finds what they mean. */
#ifndef BINDTO_OPTIONS_H
#define BINDTO_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "engine.h"
#include "option_reader.h"
#include "pin/pin.h"
#include "profile.h"

/* What bindto does in this call. */
enum task {
	TASK_RUN,
	TASK_LIST,    /* --list: there is no pin and no program */
	TASK_EXPLAIN, /* --explain: everything but the start of the program */
	TASK_DESKTOP, /* --desktop-entry: the same */
};

struct options {
	enum task task;
	const char **addresses;
	size_t address_count;
	const char **interfaces;
	size_t interface_count;
	enum pick pick; /* PICK_COUNT if not given */
	bool freebind;
	const char *ports; /* NULL if not given */
	const char **excluded;
	size_t excluded_count;
	const char **only; /* values of --only */
	size_t only_count;
	const char **dns; /* values of --dns */
	size_t dns_count;
	bool only_v4, only_v6;
	bool waits;
	int64_t wait_milliseconds; /* how long; negative: for ever */
	uint32_t prefers;          /* PREFERS_ of pin/setting.h; 0 if not given */
	bool views;                /* --view=pin */
	bool keeps_listeners;      /* --listen=keep */
	enum engine engine;        /* what --engine, --strict and --dns together choose */
	bool verbose;
	const char *log; /* NULL if not given */
	bool json;
	enum color_when color;
	char **words;        /* argv, for command.c */
	struct given *given; /* those of the command line first, then those of the profile */
	size_t given_count;
	struct profile profile;
	char **program; /* the program's name and its arguments; NULL ends them */
};

/*
 * Reads the command line and its profile into *ret_options, which points into argv; options_free()
 * frees the rest.
 * Prints and exits with 0 for --help and --version. Exits with STATUS_FAILED if the command line is
 * wrong.
 */
void options_parse(int argc, char **argv, struct options *ret_options);
void options_free(struct options *options);

/*
 * The next messages are about this value: if it is from the profile, they name its line. NULL: they
 * are about no value.
 */
void options_place(const struct options *options, const char *value);

#endif
