/* SPDX-License-Identifier: MIT */
/* The one pin of this process, read once and never changed again. */
#ifndef BINDTO_CONFIG_H
#define BINDTO_CONFIG_H

#include "pin/pin.h"

/*
 * Returns the pin, or NULL if the environment asks for none. The first call reads it (the
 * constructor's, or an earlier one of another library's constructor); safe in any thread.
 */
const struct pin *config_pin(void);

/*
 * May the supervisor not look into this process? It then lets calls pass that do not come from the
 * library and that it cannot see the arguments of. Sockets have to be made such that those calls
 * leave by the pin or fail.
 */
bool config_is_hidden(const struct pin *pin);
/* To be called before the process forbids to be looked into, or permits it. Returns what it did. */
bool config_hide(bool hides);

/*
 * Does the library put bindto in front of what the program runs next and the library may not get
 * into? Not if there is no pin, nor if the filter of the supervisor stays over it anyway.
 */
bool config_takes_over(void);

/* How the library came to be here, for it to come along if the program execs another. */
struct origin {
	const char *text;     /* the pin's, or NULL if other variables gave it */
	const char *launcher; /* bindto's path, or NULL */
	const char *library;  /* the library's own path, or NULL */
};

/* Only if config_pin() is not NULL. */
const struct origin *config_origin(void);

/* The path of the log that the pin asks for, or NULL. Only if config_pin() is not NULL. */
const char *config_log(void);

#endif
