/* SPDX-License-Identifier: MIT */
/* The one pin of this process. It is read once and never changes. */
#ifndef BINDTO_CONFIG_H
#define BINDTO_CONFIG_H

#include "pin/pin.h"

/*
 * Returns the pin, or NULL if the environment asks for none. The first call reads it: that of the
 * library's constructor, or of another library's constructor that makes a socket earlier. Safe in
 * any thread.
 */
const struct pin *config_pin(void);

/*
 * Is the supervisor unable to look into this process? It then lets calls pass that do not come from
 * the library and have arguments that it cannot see. So the library must make sockets that leave by
 * the pin or fail under such calls (birth_give_hidden()).
 */
bool config_is_hidden(const struct pin *pin);
/*
 * Call this before the process forbids others to look into it (hides is true), or permits it again.
 * Returns the value before.
 */
bool config_hide(bool hides);

/*
 * Does the library put bindto in front of a program that it may not get into? Not without a pin,
 * and not under a supervisor, whose filter holds that program anyway.
 */
bool config_takes_over(void);

/* How the library came into this process, so that it can get into the next program as well. */
struct origin {
	const char *text;     /* the pin's text; NULL if the pin is from other variables */
	const char *launcher; /* bindto's path, or NULL */
	const char *library;  /* the library's own path, or NULL */
};

/* Call this only if config_pin() is not NULL. */
const struct origin *config_origin(void);

/* The path of the log, or NULL if the pin asks for none. Only if config_pin() is not NULL. */
const char *config_log(void);

#endif
