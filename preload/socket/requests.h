/* SPDX-License-Identifier: MIT */
/*
 * The ioctl(2) requests of netdevice(7) that tell of interfaces, as a program may make them under
 * --view=pin. Each works on a copy of what the program passed.
 */
#ifndef BINDTO_REQUESTS_H
#define BINDTO_REQUESTS_H

#include "pin/view.h"

/* As many addresses as a list may have: one of several kilobytes lies on the stack. */
enum { REQUESTS_LIST_MAX = 256 };

/* The which-th of the requests about one interface, or 0 behind the last. */
unsigned int requests_at(size_t which);

/* Is it one of those, or SIOCGIFCONF? */
bool requests_has(unsigned int request);

/* Makes one of them on fd. Returns 0 or -errno: -ENODEV for an interface that the view hides. */
int requests_ask(const struct view *view, int fd, unsigned int request, struct ifreq *about);

/*
 * Makes SIOCGIFCONF on fd, and drops what the view hides from the list. Returns how many are left,
 * or -errno.
 */
int requests_list(const struct view *view, int fd, struct ifreq list[REQUESTS_LIST_MAX]);

#endif
