/* SPDX-License-Identifier: MIT */
/* Tells the library and the executable whether another bindto supervises this process already. */
#ifndef BINDTO_OUTER_H
#define BINDTO_OUTER_H

enum outer {
	OUTER_NONE,
	OUTER_GATED,  /* yes, and its filter lets the gate pass (gate_place.h), but not this call */
	OUTER_STRICT, /* yes, and its filter lets no gate pass */
};

/* Asks by a system call that a supervisor answers and that the kernel refuses (GATE_QUESTION). */
enum outer outer_ask(void);

#endif
