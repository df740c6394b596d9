/* SPDX-License-Identifier: MIT */
/*
 * What -v and --log tell of a supervised program's sockets: on the stderr that bindto was started
 * with, and in the log.
 */
#ifndef BINDTO_EVENTS_H
#define BINDTO_EVENTS_H

#include "socket/event.h"

struct call;

/* For events.c: where it writes, -1 for nowhere. */
struct events {
	int stream, journal;
};

/*
 * Opens what the pin asks for, before the streams are closed. ret_kept gets the descriptors that
 * must stay open, -1 for none.
 */
void events_open(struct events *events, const struct pin *pin, int ret_kept[2]);

/*
 * Tells of a call on fd, a duplicate of the caller's, as say_call() of the library. peer is NULL
 * for a bind and a listen. To be called before the caller goes on.
 */
void events_tell(const struct call *call, int fd, enum event_call what, const struct endpoint *peer,
		 enum event_end end);

/*
 * The same for a connect, in two steps: events_prepare() reads what must be read before it, and
 * events_finish() writes the line when the result is known.
 */
struct coming_event {
	bool is_due; /* false: there is nothing to tell */
	struct event event;
};

void events_prepare(const struct call *call, int fd, const struct endpoint *peer,
		    struct coming_event *ret_coming);
void events_finish(const struct call *call, struct coming_event *coming, int fd, int result);

#endif
