/* SPDX-License-Identifier: MIT */
/*
 * What a program sees of this host's interfaces under --view=pin: loopback, the interface that is
 * pinned (without -i: those that have a pinned address), and of the addresses loopback's and those
 * that its sockets can have. Pure functions, shared by the library and the supervisor.
 */
#ifndef BINDTO_VIEW_H
#define BINDTO_VIEW_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "pin/pin.h"

struct view {
	const struct pin *pin;
	unsigned int ifindexes[2]; /* of the interfaces that are shown beside loopback; 0: none */
};

/* The view of a pin, which must live as long. */
struct view view_of(const struct pin *pin);

bool view_has_interface(const struct view *view, unsigned int ifindex);

/* Is it the name of loopback or of the interface of -i, or a label of one, such as "wlan0:1"? */
bool view_has_name(const struct view *view, const char *name);

/* Does it show ip, an address of the interface with this index? 0: it is not known which. */
bool view_has_address(const struct view *view, unsigned int ifindex, const struct ip *ip);

/*
 * Do link-layer addresses of this type (ARPHRD_*) hold the IP address that a tunnel runs over? That
 * is the address of another uplink.
 */
bool view_is_tunnel(unsigned int hardware_type);

/*
 * Drops from size bytes of rtnetlink(7) messages, as one receive gives them, those that tell of
 * another interface or address. Keeps NLMSG_DONE and errors. Returns how many bytes are left.
 */
size_t view_filter(const struct view *view, unsigned char *messages, size_t size);

/*
 * Is that a request whose answers view_filter() understands? All others must be refused: also those
 * that are about another network namespace, where indices mean other interfaces.
 */
bool view_can_ask(const unsigned char *message, size_t length);

/*
 * Is that a file of proc(5) that lists interfaces, addresses or routes? The kernel's own must not be
 * opened.
 */
bool view_hides_file(const char *path);

#endif
