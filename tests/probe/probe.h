/* SPDX-License-Identifier: MIT */
/*
 * For every probe: reads an address, makes or inherits a socket, and names an error. A probe prints
 * one line of facts, which the test judges.
 */
#ifndef BINDTO_PROBE_H
#define BINDTO_PROBE_H

#include <stddef.h>
#include <sys/socket.h>

struct target {
	struct sockaddr_storage address;
	socklen_t length; /* the exact length of its family */
};

/* Reads "192.0.2.1" or "2001:db8:9::1" and a port; exits with 2 if the text is no address. */
struct target probe_target(const char *address, const char *port);

/* "tcp" or "udp": a new socket of the target's family; "fd:N": the inherited descriptor N. */
int probe_socket(const char *kind, const struct target *target);

/* "0" for a call that succeeded (result >= 0), else the name of errno, such as "EFAULT". */
const char *probe_outcome(long result);

/* The local address of a descriptor as "ADDRESS PORT", in a buffer of its own. */
const char *probe_local(int fd);

#endif
