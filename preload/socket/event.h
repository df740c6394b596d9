/* SPDX-License-Identifier: MIT */
/*
 * Says that a socket was bound, connected or refused, in a line of text for -v and a line of JSON
 * for --log:
 *   bindto: curl[4711]: tcp 203.0.113.3:40012 -> 192.0.2.1:80 dev wlan0: pinned
 *   {"time":1795453200.123456,"engine":"preload","program":"curl","pid":4711,"call":"connect", ...
 */
#ifndef BINDTO_EVENT_H
#define BINDTO_EVENT_H

#include <sys/time.h>
#include <sys/types.h>

#include "pin/pin.h"

enum { EVENT_NAME_SIZE = 64, EVENT_SIZE = 1024 };

enum event_call { EVENT_BIND, EVENT_LISTEN, EVENT_CONNECT, EVENT_SEND };

/* How the call ended. Other failures are the program's to tell. */
enum event_end {
	EVENT_DONE,
	EVENT_REFUSED,      /* the pin could not be applied, and the call failed */
	EVENT_PEER_REFUSED, /* ECONNREFUSED: the call got as far as the peer */
};

struct event {
	struct timeval time;
	const char *engine;
	char program[EVENT_NAME_SIZE];
	pid_t process;
	const char *call;
	const char *protocol; /* tcp, udp, icmp, raw */
	struct endpoint local;
	bool has_peer;
	struct endpoint peer;
	char device[IF_NAMESIZE]; /* empty: the socket has none */
	const char *outcome;
};

/*
 * Asks the kernel about fd, and sets all of the event but engine, program and process. peer is NULL
 * for a bind and a listen. Returns 0, or -errno as facts_read() does.
 */
int event_read(const struct pin *pin, int fd, enum event_call call, const struct endpoint *peer,
	       enum event_end end, struct event *ret_event);

/* Sets how the call ended, if that is known only after event_read(). */
void event_set_end(struct event *event, enum event_end end);

/* Sets who made the call. A name that is too long is cut off. */
void event_set_caller(struct event *event, const char *engine, const char *name, pid_t process);

/* Each writes one line with a newline, without a NUL, and returns its length. */
size_t event_line(const struct event *event, char buffer[EVENT_SIZE]);
size_t event_json(const struct event *event, char buffer[EVENT_SIZE]);

/*
 * Opens a log that exists, to append to it. Many processes do so at once, each event by one
 * write(2) of a whole line. Returns a descriptor or -errno.
 */
int event_log_open(const char *path);

#endif
