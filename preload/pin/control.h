/* SPDX-License-Identifier: MIT */
/*
 * Control messages of sendmsg(2) under a pin. An IP_PKTINFO or IPV6_PKTINFO message overrides a
 * bound address, and on IPv4 a bound device too (fact 14): one that names anything but the pin is
 * rewritten to it. Pure.
 */
#ifndef BINDTO_CONTROL_H
#define BINDTO_CONTROL_H

#include <stddef.h>
#include <sys/socket.h>

#include "pin/pin.h"

/* More control data than this beside a foreign source or device is refused (EPERM). */
#define CONTROL_SIZE 512

/*
 * Judges the control messages of a datagram, and adds the one that the verdict asks for. If they
 * have to be others than the program's, copy (CONTROL_SIZE bytes) holds them and *message refers to
 * it. Returns 0, or -EPERM: a routing header or a source route, which would take the packet another
 * way, or more than there is room for.
 */
int control_prepare(const struct pin *pin, const struct verdict *verdict, struct msghdr *message,
		    unsigned char *copy);

/* Does a control message name a source or a device? */
bool control_names_choice(const struct msghdr *message);

/* Do these bytes of IP_OPTIONS (RFC 791) hold a source route? */
bool control_has_source_route(const unsigned char *options, size_t length);

#endif
