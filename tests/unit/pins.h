/* SPDX-License-Identifier: MIT */
/* Pins for the tests of peers: this host has 203.0.113.2 and 2001:db8:1::2 on interface 2. */
#ifndef BINDTO_PINS_H
#define BINDTO_PINS_H

#include "pin/pin.h"

extern struct pin address;   /* an address of each family */
extern struct pin v4_only;   /* an IPv4 address */
extern struct pin v6_only;   /* an IPv6 address */
extern struct pin interface; /* interface 3, which the pin follows */
extern struct pin excluding; /* the same, without 192.0.2.0/24 */
extern struct pin ports;     /* ports alone, tried one by one */

/* Makes them. */
void pins_set_up(void);

#endif
