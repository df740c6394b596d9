/* SPDX-License-Identifier: MIT */
/*
 * The program's rtnetlink sockets under --view=pin. The program gets a socket of NETLINK_USERSOCK,
 * connected to one of the supervisor's, the hub. What the program asks arrives at the hub. The
 * supervisor asks the kernel on a socket of its own and passes on what the pin's view shows of the
 * answers. So nothing else can arrive at the program, by whichever call it reads, and calls that
 * read files need no trap.
 */
#ifndef BINDTO_RELAY_H
#define BINDTO_RELAY_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct supervisor;

/* One socket of the program, and the socket by which the supervisor asks the kernel for it. */
struct line {
	struct line *next;
	uint32_t port; /* netlink's address of the program's socket */
	uint32_t kernel_port;
	int kernel; /* -1: the program has closed its socket */
	/* What the program's socket has no room for now. The line waits until it has. */
	unsigned char *pending;
	size_t pending_size;
};

/* For relay.c and relay_take.c. */
struct relay {
	int hub, epoll; /* -1 without --view=pin */
	int timer;      /* runs while a line waits */
	uint32_t port;  /* netlink's address of the hub */
	struct line *lines;
};

/* Call this once. Without is_needed, there will be no line. Returns 0 or -errno. */
int relay_open(struct relay *relay, bool is_needed);

/*
 * Makes a socket of this type (and flags) for the program. It gets the address wanted if that is
 * free, or else, if is_strict is false, another. Returns its descriptor, close-on-exec, or -errno.
 */
int relay_new(struct relay *relay, int type, uint32_t wanted, bool is_strict);

/* Is there any line? */
bool relay_is_used(const struct relay *relay);

/* Returns the line of fd, a duplicate of the program's descriptor, or NULL if it is no such socket. */
struct line *relay_find(const struct relay *relay, int fd);

/* Has the line receive events of these groups as well, a mask as in sockaddr_nl. 0 or -errno. */
int relay_join(const struct line *line, uint32_t groups);

/* Readable when relay_take() has something to do; -1 if there never is anything. */
int relay_descriptor(const struct relay *relay);

/* For relay_take.c: the line whose program's socket has this address; NULL if there is none. */
struct line *relay_at(const struct relay *relay, uint32_t port);
/* Closes a line. It is freed by relay_sweep(), because the caller may be about to use it. */
void relay_hang_up(struct line *line);
void relay_sweep(struct relay *relay);
struct sockaddr_nl relay_address(uint32_t port);

/*
 * Asks what the program wants to know, and passes answers and events on. The kernel has answered
 * when a send returns, and some programs count on that: so this is also called after each send that
 * is trapped, and before each receive.
 */
void relay_take(struct supervisor *supervisor);

#endif
