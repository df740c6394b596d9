/* SPDX-License-Identifier: MIT */
/*
 * Each hooked call under a pin: what is read from the program, judged, applied, and handed to the
 * real function. Parameters and results are those of the calls; errno is kept on success.
 */
#ifndef BINDTO_CALLS_H
#define BINDTO_CALLS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "pin/pin.h"

/* A socket address copied from the program, so that no other thread changes it after the look. */
struct address {
	struct sockaddr_storage bytes;
	socklen_t length;
	struct endpoint endpoint;
};

/*
 * Returns 0; -EAFNOSUPPORT for another family, with bytes copied; -EFAULT or -EINVAL if the
 * kernel says so too.
 */
int address_read(const void *pointer, socklen_t length, struct address *ret_address);

/* Sets errno and returns -1. error is -errno. */
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

/* To be said of each message that was received: it may have brought a socket (SCM_RIGHTS). */
void call_note_received(const struct msghdr *message);

/* To be said of each verdict that was carried out: its socket may be on the wildcard by now. */
void call_note_open(const struct pin *pin, const struct verdict *verdict);

/* Are these options that the next two are for? Others are the kernel's, as nearly all of them. */
bool call_minds_setsockopt(const struct pin *pin, int level, int name);
bool call_minds_getsockopt(int level, int name);
int call_setsockopt(const struct pin *pin, int fd, int level, int name, const void *value,
		    socklen_t length);
/* prctl(PR_SET_DUMPABLE, value), by which a process forbids to be looked into, or permits it. */
int call_set_dumpable(unsigned long value);
int call_getsockopt(const struct pin *pin, int fd, int level, int name, void *value,
		    socklen_t *length);

#endif
