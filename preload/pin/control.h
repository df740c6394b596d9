/* SPDX-License-Identifier: MIT */
/*
 * Judges the control messages of sendmsg(2). An IP_PKTINFO or IPV6_PKTINFO message overrides the
 * address that a socket is bound to, and on IPv4 its device too (fact 14). So a message that names
 * anything but the pin is rewritten to name the pin. Pure functions.
 */
#ifndef BINDTO_CONTROL_H
#define BINDTO_CONTROL_H

#include <stddef.h>
#include <sys/socket.h>

#include "pin/pin.h"

/* If messages must be changed and are larger than this (bytes), they are refused (EPERM). */
#define CONTROL_SIZE 512

/*
 * Judges the control messages of a datagram, and adds the one that the verdict asks for. If the
 * datagram needs other messages than the program's, writes them to copy (CONTROL_SIZE bytes) and
 * has *message refer to copy. Returns 0, or -EPERM if a message would send the packet by another
 * way (a routing header or a source route) or give it another mark than the pin's, or if copy has
 * no room.
 */
int control_prepare(const struct pin *pin, const struct verdict *verdict, struct msghdr *message,
		    unsigned char *copy);

/* Does one of the control messages name a source or a device? */
bool control_names_choice(const struct msghdr *message);

/* Do these bytes of IP_OPTIONS (RFC 791) hold a source route? */
bool control_has_source_route(const unsigned char *options, size_t length);

#endif
