/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that bindto inherited. They are meant for the program: if the supervisor kept them
 * open as well, the program's peers would not see them close.
 */
#ifndef BINDTO_INHERITED_H
#define BINDTO_INHERITED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Closes all descriptors but the count in kept, which it sorts. Standard input, output and error
 * become /dev/null, so that no later descriptor gets the number of a standard stream.
 */
void inherited_close(int *kept, size_t count);

/*
 * Moves fd above the standard streams: bindto may have been started without one of them, and then a
 * new descriptor gets its number. fd may be -1, with errno set. Returns the descriptor, or -1 with
 * errno set.
 */
int inherited_above(int fd);

/* Has this process datagram or raw sockets of IPv4 or IPv6? Also true if /proc does not tell. */
bool inherited_datagrams(void);

/*
 * Makes two connected sockets that keep message boundaries, both above the standard streams.
 * Returns 0, or -1 with errno set.
 */
int inherited_pair(int ret_pair[2]);

#endif
