/* SPDX-License-Identifier: MIT */
/*
 * What -v and --log tell of a supervised program's sockets: on the stderr that bindto was started
 * with, and in the log.
 */
#ifndef BINDTO_EVENTS_H
#define BINDTO_EVENTS_H

#include "socket/event.h"
#include "supervise/notify.h"

/*
 * Opens what the pin asks for; to be called before the streams are closed. ret_kept gets the
 * descriptors that are to stay open, -1 for none.
 */
void events_open(const struct pin *pin, int ret_kept[2]);

/*
 * Tells of a call on fd, a duplicate of the caller's, as say_call() of the library: peer is NULL
 * for a bind and a listen. To be called before the caller goes on.
 */
void events_tell(const struct pin *pin, const struct notice *notice, int fd, enum event_call call,
		 const struct endpoint *peer, enum event_end end);

/*
 * The same for a connect in two steps: what is known before it and what after. is_due is false in
 * what the first makes if there is nothing to tell.
 */
struct coming_event {
	bool is_due;
	struct event event;
};

void events_prepare(const struct pin *pin, const struct notice *notice, int fd,
		    const struct endpoint *peer, struct coming_event *ret_coming);
void events_finish(struct coming_event *coming, int fd, int result);

#endif
