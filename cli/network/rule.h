/* SPDX-License-Identifier: MIT */
/* Asks about the rules by which the kernel chooses routing tables (ip-rule(8)). */
#ifndef BINDTO_RULE_H
#define BINDTO_RULE_H

#include <stdint.h>

/*
 * Does a rule of either family look at a mark and fit this one? The bits of unknown may be any. Returns 1,
 * 0 or -errno.
 */
int rule_has_mark(uint32_t mark, uint32_t unknown);

#endif
