/* SPDX-License-Identifier: MIT */
/* Descriptors that bindto inherited for its program and must not hold open beside it. */
#ifndef BINDTO_INHERITED_H
#define BINDTO_INHERITED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Closes all but those kept, which are sorted in place; the standard streams become /dev/null,
 * so that nothing opened later gets their numbers.
 */
void inherited_close(int *kept, size_t count);

/*
 * Moves a new descriptor out of the standard streams' way, if the program was to be started
 * without one of them. Returns it, or -1 with errno set; takes -1 for a failure before.
 */
int inherited_above(int fd);

/*
 * Are there datagram or raw sockets of IPv4 or IPv6 among them? Yes, too, if that cannot be told.
 */
bool inherited_datagrams(void);

/*
 * A pair of sockets that keep messages apart, out of the way like that. Returns 0, or -1 and errno.
 */
int inherited_pair(int ret_pair[2]);

#endif
