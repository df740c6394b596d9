/* SPDX-License-Identifier: MIT */
/*
 * Writes the lines of -v and --log. The supervisor closes the streams that it inherits, so that a
 * pipe ends when the program closes it. Under -v it keeps a duplicate of stderr, so there a pipe
 * ends only after the last process under the filter.
 */
#include "supervise/events.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/inherited.h"
#include "pin/path.h"
#include "socket/sys.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/supervisor.h"

void events_open(struct events *events, const struct pin *pin, int ret_kept[2])
{
	char path[PATH_MAX];

	/* What cannot be opened is not written to. */
	*events = (struct events){.stream = -1, .journal = -1};
	if (pin->carried.verbose)
		events->stream = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (pin->carried.log.length > 0 && path_decode(&pin->carried.log, path, sizeof(path)) == 0)
		events->journal = inherited_above(event_log_open(path));
	ret_kept[0] = events->stream;
	ret_kept[1] = events->journal;
}

static void write_event(const struct events *events, const struct event *event)
{
	char text[EVENT_SIZE];

	/* A failure is ignored: there is nowhere to tell of it. */
	if (events->stream >= 0)
		(void)sys_write(events->stream, text, event_line(event, text));
	if (events->journal >= 0)
		(void)sys_write(events->journal, text, event_json(event, text));
}

static int read_event(const struct call *call, int fd, enum event_call what,
		      const struct endpoint *peer, enum event_end end, struct event *ret_event)
{
	const struct callers *callers = &call->supervisor->callers;
	char name[EVENT_NAME_SIZE];
	struct event event;
	pid_t process = caller_process(callers, call->notice->thread);

	if (process < 0)
		return (int)process;
	int r = caller_name(callers, process, name, sizeof(name));
	if (r == 0)
		r = event_read(call_pin(call), fd, what, peer, end, &event);
	if (r < 0)
		return r;
	event_set_caller(&event, "supervise", name, process);
	*ret_event = event;
	return 0;
}

void events_tell(const struct call *call, int fd, enum event_call what, const struct endpoint *peer,
		 enum event_end end)
{
	struct event event;

	if (pin_wants_events(call_pin(call)) && read_event(call, fd, what, peer, end, &event) == 0)
		write_event(&call->supervisor->events, &event);
}

void events_prepare(const struct call *call, int fd, const struct endpoint *peer,
		    struct coming_event *ret_coming)
{
	ret_coming->is_due =
		pin_wants_events(call_pin(call)) &&
		read_event(call, fd, EVENT_CONNECT, peer, EVENT_DONE, &ret_coming->event) == 0;
}

void events_finish(const struct call *call, struct coming_event *coming, int fd, int result)
{
	if (!coming->is_due)
		return;
	/* The connect has given the socket its port. If this fails, the address is as before it. */
	(void)sys_getsockname(fd, &coming->event.local);
	event_set_end(&coming->event, result == -ECONNREFUSED ? EVENT_PEER_REFUSED : EVENT_DONE);
	write_event(&call->supervisor->events, &coming->event);
}
