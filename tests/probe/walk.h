/* SPDX-License-Identifier: MIT */
/*
 * The parts of the probe `walk`, which makes sequences of socket calls: walk.c reads the sequences
 * and prints what each step gave, walk_call.c makes the calls by walk_way.c, walk_option.c sets the
 * options, and walk_address.c reads and writes addresses. walk.c describes the notation.
 */
#ifndef BINDTO_WALK_H
#define BINDTO_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { WALK_SOCKETS = 2, WALK_WORDS = 8, WALK_PAYLOAD = 32 };

/* A socket of the sequence; fd is -1 before its step `s` and when that step failed. */
struct walk_socket {
	int fd;
	int family;
	int type;     /* SOCK_STREAM, SOCK_DGRAM or SOCK_RAW */
	bool is_ping; /* its datagrams need an ICMP header, as those of raw sockets do */
};

struct walk {
	struct walk_socket sockets[WALK_SOCKETS];
	size_t made;
	const char *name; /* the sequence's name, and the payload of its packets */
};

struct walk_step {
	char *words[WALK_WORDS]; /* words[0] without its ".1"; NULL after the last one */
	struct walk_socket *socket;
};

struct walk_address {
	struct sockaddr_storage address;
	socklen_t length;
};

/* These return 0, or -1 with errno, as system calls do. EBADMSG: the step makes no sense. */
int walk_call(struct walk *walk, const struct walk_step *step);
int walk_option(const struct walk_step *step);

/*
 * Chooses how the way_*() functions make their calls from now on: by libc's function of that name,
 * which bindto's library hooks, or by number, as programs do that use no libc.
 */
void way_choose(bool is_by_number);
int way_socket(int family, int type, int protocol);
int way_bind(int fd, const struct sockaddr *address, socklen_t length);
int way_connect(int fd, const struct sockaddr *address, socklen_t length);
int way_listen(int fd, int backlog);
ssize_t way_sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
		   socklen_t length);
ssize_t way_sendmsg(int fd, const struct msghdr *message, int flags);
int way_sendmmsg(int fd, struct mmsghdr *vector, unsigned int count, int flags);
int way_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int way_forbid(void); /* prctl(PR_SET_DUMPABLE, 0) */

/* Waits, for a limited time, for a connect that is under way, and returns its result. */
int walk_wait_connected(int fd, int result);

/* "ADDRESS[%DEVICE]", or "u:ADDRESS" for the same bytes with the family AF_UNSPEC. */
int walk_address(const char *text, const char *port, struct walk_address *ret_address);

/* "ADDRESS PORT", or "- -" if the socket has none. */
void walk_print_local(int fd);

/* The device's index; 0 for "-", and a number that no device has for an unknown name. */
unsigned int walk_index(const char *device);

/* Prints the options that hold a socket to a device and a family, for debugging. */
void walk_print_options(int fd);

#endif
