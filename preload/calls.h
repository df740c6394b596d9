/* SPDX-License-Identifier: MIT */
/*
 * The hooked calls under a pin. Each copies what the program passed, judges it, carries the verdict
 * out and calls the real function. Parameters and results are those of the call. errno stays as it
 * was if the call succeeds.
 */
#ifndef BINDTO_CALLS_H
#define BINDTO_CALLS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "pin/pin.h"

/* A copy of the program's socket address, which no other thread can change after the look. */
struct address {
	struct sockaddr_storage bytes;
	socklen_t length;
	struct endpoint endpoint;
};

/*
 * Copies and reads a socket address. Returns 0; -EAFNOSUPPORT for another family, with bytes
 * copied; or -EFAULT or -EINVAL, as the kernel would.
 */
int address_read(const void *pointer, socklen_t length, struct address *ret_address);

/* Sets errno to -error and returns -1. */
int call_failed(int error);

int call_socket(const struct pin *pin, int domain, int type, int protocol);
int call_bind(const struct pin *pin, int fd, const struct sockaddr *pointer, socklen_t length);
int call_listen(const struct pin *pin, int fd, int backlog);
int call_connect(const struct pin *pin, int fd, const struct sockaddr *pointer, socklen_t length);
ssize_t call_sendto(const struct pin *pin, int fd, const void *data, size_t size, int flags,
		    const struct sockaddr *pointer, socklen_t length);
ssize_t call_sendmsg(const struct pin *pin, int fd, const struct msghdr *message, int flags);
int call_sendmmsg(const struct pin *pin, int fd, struct mmsghdr *vector, unsigned int count,
		  int flags);

/* Call this for each message that was received: it may have brought a socket (SCM_RIGHTS). */
void call_note_received(const struct msghdr *message);

/* Call this for each verdict that was carried out: it may have put a socket on the wildcard. */
void call_note_open(const struct pin *pin, const struct verdict *verdict);

/*
 * Does this option need call_setsockopt() or call_getsockopt()? Nearly all options do not, and go
 * straight to the kernel.
 */
bool call_minds_setsockopt(const struct pin *pin, int level, int name);
bool call_minds_getsockopt(int level, int name);
int call_setsockopt(const struct pin *pin, int fd, int level, int name, const void *value,
		    socklen_t length);
/* prctl(PR_SET_DUMPABLE, value): 0 forbids others to look into this process, 1 permits it. */
int call_set_dumpable(unsigned long value);
int call_getsockopt(const struct pin *pin, int fd, int level, int name, void *value,
		    socklen_t *length);

#endif
