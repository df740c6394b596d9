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

#endif
