/* SPDX-License-Identifier: MIT */
/*
 * What there is to tell of a socket when it is bound, connected or refused, and the line that says
 * so under -v:
 *   bindto: curl[4711]: tcp 203.0.113.3:40012 -> 192.0.2.1:80 dev wlan0: pinned
 */
#ifndef BINDTO_EVENT_H
#define BINDTO_EVENT_H

#include <sys/types.h>

#include "pin.h"

enum { EVENT_NAME_SIZE = 64, EVENT_SIZE = 1024 };

/* How the call ended. What else comes of it is the program's to tell. */
enum event_end {
	EVENT_DONE,
	EVENT_REFUSED,      /* the pin could not be applied, and the call failed */
	EVENT_PEER_REFUSED, /* ECONNREFUSED: it got as far as the peer */
};

struct event {
	char program[EVENT_NAME_SIZE];
	pid_t process;
	const char *protocol; /* tcp, udp, icmp, raw */
	struct endpoint local;
	bool has_peer;
	struct endpoint peer;
	char device[IF_NAMESIZE]; /* empty: bound to none */
	const char *outcome;
};

/* Does the pin ask for events at all? */
bool event_is_wanted(const struct pin *pin);

/*
 * Asks the kernel of fd; peer is NULL for a bind. All but program and process is set. Returns 0, or
 * -errno as facts_read().
 */
int event_read(const struct pin *pin, int fd, const struct endpoint *peer, enum event_end end,
	       struct event *ret_event);

/* Says how it ended after all, for one that was read as EVENT_DONE. */
void event_set_end(struct event *event, enum event_end end);

/* A name that is too long is cut. */
void event_set_program(struct event *event, const char *name, pid_t process);

/* Writes the line with its newline, and no NUL. Returns its length. */
size_t event_line(const struct event *event, char buffer[EVENT_SIZE]);

#endif
