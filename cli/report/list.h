/* SPDX-License-Identifier: MIT */
/* --list: prints what there is to pin to. */
#ifndef BINDTO_LIST_H
#define BINDTO_LIST_H

#include "options.h"

/* Prints the interfaces; returns the exit status. */
int report_list(const struct options *options);

#endif
