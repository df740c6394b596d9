/* SPDX-License-Identifier: MIT */
/*
 * setsockopt(2) under a pin: a choice of another device is refused with EPERM, as the kernel's own
 * rule for SO_BINDTODEVICE has it, and what leaves the choice open gets the pin's. Pure.
 */
#ifndef BINDTO_OPTION_H
#define BINDTO_OPTION_H

#include "pin/pin.h"

enum option_answer {
	OPTION_PASS,     /* as it is */
	OPTION_REFUSE,   /* EPERM */
	OPTION_REPLACE,  /* with value instead */
	OPTION_CLEAR,    /* the device is to be let go: fine while there is none, else EPERM */
	OPTION_PORTLESS, /* as it is, after birth_choose_portless() */
	OPTION_NOTHING,  /* nothing has to be done for it */
	/* For the next two option_may_move() has to agree, else EPERM. */
	OPTION_DEVICE, /* as it is */
	OPTION_SAME,   /* done already if the pin's device is set, else with value instead */
};

struct option_verdict {
	enum option_answer answer;
	socklen_t length;
	/* The longest is struct group_source_req. */
	_Alignas(8) unsigned char value[264];
};

/* Is this an option that pin_on_option() has to see? Then the caller's value is worth reading. */
bool pin_minds_option(const struct pin *pin, int level, int name);

/* All options that there are rules for, from i = 0 until it returns false. */
bool pin_option_at(size_t i, int *ret_level, int *ret_name);

/*
 * value has length bytes, of which no more than fit into an option_verdict count, as for the
 * kernel. A value that is too short for its option passes: the kernel refuses it.
 */
struct option_verdict pin_on_option(const struct pin *pin, int level, int name, const void *value,
				    socklen_t length);

/*
 * May a socket of these facts be moved to an interface? Not one that is connected, and not one
 * that was let go for a peer on this host, or has a group's address: what it sends would leave with
 * a source that is not the pin's.
 */
bool option_may_move(const struct pin *pin, const struct facts *facts);

#endif
