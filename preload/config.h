/* SPDX-License-Identifier: MIT */
/* The one pin of this process, read once and never changed again. */
#ifndef BINDTO_CONFIG_H
#define BINDTO_CONFIG_H

#include "pin.h"

/*
 * Returns the pin, or NULL where the environment asks for none. The first call reads it (the
 * constructor's, or an earlier one of another library's constructor); safe in any thread.
 */
const struct pin *config_pin(void);

/* How the library came to be here, for it to come along where the program execs another. */
struct origin {
	const char *text;     /* the pin's, or NULL where other variables gave it */
	const char *launcher; /* bindto's path, or NULL */
	const char *library;  /* the library's own path, or NULL */
};

/* Only where config_pin() is not NULL. */
const struct origin *config_origin(void);

/* The path of the log that the pin asks for, or NULL. Only where config_pin() is not NULL. */
const char *config_log(void);

#endif
