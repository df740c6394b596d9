/* SPDX-License-Identifier: MIT */
/* Options whose value becomes a socket option of every socket (--priority): see pin/setting.h. */
#ifndef BINDTO_SETTINGS_H
#define BINDTO_SETTINGS_H

#include "options.h"
#include "pin/setting.h"

/*
 * Reads the values of all options that are ABOUT_SOCKET. Ends bindto for a wrong value, and
 * for one that the kernel refuses to this user.
 */
void settings_resolve(const struct options *options, struct pin_settings *ret_settings);

#endif
