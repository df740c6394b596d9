/* SPDX-License-Identifier: MIT */
/* Whether a bindto supervises this process already: asked by the library and by the executable. */
#ifndef BINDTO_OUTER_H
#define BINDTO_OUTER_H

enum outer {
	OUTER_NONE,
	OUTER_GATED, /* its filter lets the gate through (gate_place.h), but not this call */
	OUTER_STRICT,
};

/* Asks by one system call that a supervisor answers, and the kernel refuses (GATE_QUESTION). */
enum outer outer_ask(void);

#endif
