/* SPDX-License-Identifier: MIT */
/*
 * Judges setsockopt(2) under a pin. If the program chooses another device, it gets EPERM, as the
 * kernel itself answers to SO_BINDTODEVICE. If it leaves the choice open, it gets the pin's. Pure
 * functions.
 */
#ifndef BINDTO_OPTION_H
#define BINDTO_OPTION_H

#include <netinet/in.h>

#include "pin/pin.h"

/* What the caller (apply_option()) must do with the program's call. */
enum option_answer {
	OPTION_PASS,     /* make it as it is */
	OPTION_REFUSE,   /* fail it with EPERM */
	OPTION_REPLACE,  /* make it with the verdict's value instead */
	OPTION_CLEAR,    /* it lets the device go: nothing to do if there is none, else EPERM */
	OPTION_PORTLESS, /* make it as it is, after birth_choose_portless() */
	OPTION_NOTHING,  /* report success without making it */
	/* The next two need the consent of option_may_move(). Without it they fail with EPERM. */
	OPTION_DEVICE, /* make it as it is */
	OPTION_SAME, /* nothing to do if the socket has the pin's device, else as OPTION_REPLACE */
};

struct option_verdict {
	enum option_answer answer;
	socklen_t length;
	_Alignas(8) unsigned char value[sizeof(struct group_source_req)]; /* the longest value */
};

/* Must pin_on_option() see this option? If not, the caller need not read the program's value. */
bool pin_minds_option(const struct pin *pin, int level, int name);

/* Returns the option of rule i, for i = 0 and up; false if there are no more rules. */
bool pin_option_at(size_t i, int *ret_level, int *ret_name);

/*
 * Judges an option with a value of length bytes. Bytes that do not fit into an option_verdict do
 * not count, as they do not for the kernel. A value that is too short for its option passes,
 * because the kernel refuses it.
 */
struct option_verdict pin_on_option(const struct pin *pin, int level, int name, const void *value,
				    socklen_t length);

/*
 * May a socket with these facts be moved to an interface? Not if it is connected, was let go for a
 * peer on this host, or has a group's address: what it sends would then leave with a source that is
 * not the pin's.
 */
bool option_may_move(const struct pin *pin, const struct facts *facts);

#endif
