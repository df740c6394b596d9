/* SPDX-License-Identifier: MIT */
/* What bindto says instead of running a program: --list and --explain. */
#ifndef BINDTO_LIST_H
#define BINDTO_LIST_H

#include "options.h"

/* Prints the interfaces; returns the exit status. */
int report_list(const struct options *options);

/* Ends bindto if standard output could not be written to. */
void report_flush(void);

#endif
