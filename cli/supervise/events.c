/* SPDX-License-Identifier: MIT */
/*
 * The supervisor closes what it inherits, so that pipes end when the program says so: under -v it
 * keeps a stderr of its own, which lasts as long as the last process under the filter.
 */
#include "supervise/events.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/inherited.h"
#include "pin/path.h"
#include "socket/sys.h"
#include "supervise/caller.h"

static int stream = -1, journal = -1;

void events_open(const struct pin *pin, int ret_kept[2])
{
	char path[PATH_MAX];

	/* If there is none, nothing can be told. */
	if (pin->carried.verbose)
		stream = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (pin->carried.log.length > 0 && path_decode(&pin->carried.log, path, sizeof(path)) == 0)
		journal = inherited_above(event_log_open(path));
	ret_kept[0] = stream;
	ret_kept[1] = journal;
}

static void write_event(const struct event *event)
{
	char text[EVENT_SIZE];

	/* Nowhere to tell of a failure. */
	if (stream >= 0)
		(void)sys_write(stream, text, event_line(event, text));
	if (journal >= 0)
		(void)sys_write(journal, text, event_json(event, text));
}

static int read_event(const struct pin *pin, const struct notice *notice, int fd,
		      enum event_call call, const struct endpoint *peer, enum event_end end,
		      struct event *ret_event)
{
	char name[EVENT_NAME_SIZE];
	struct event event;
	pid_t process = caller_process(notice->thread, name, sizeof(name));

	if (process < 0)
		return (int)process;
	int r = event_read(pin, fd, call, peer, end, &event);
	if (r < 0)
		return r;
	event_set_caller(&event, "supervise", name, process);
	*ret_event = event;
	return 0;
}

void events_tell(const struct pin *pin, const struct notice *notice, int fd, enum event_call call,
		 const struct endpoint *peer, enum event_end end)
{
	struct event event;

	if (pin_wants_events(pin) && read_event(pin, notice, fd, call, peer, end, &event) == 0)
		write_event(&event);
}

void events_prepare(const struct pin *pin, const struct notice *notice, int fd,
		    const struct endpoint *peer, struct coming_event *ret_coming)
{
	ret_coming->is_due =
		pin_wants_events(pin) && read_event(pin, notice, fd, EVENT_CONNECT, peer,
						    EVENT_DONE, &ret_coming->event) == 0;
}

void events_finish(struct coming_event *coming, int fd, int result)
{
	if (!coming->is_due)
		return;
	(void)sys_getsockname(fd, &coming->event.local); /* with its port now, or as it was */
	event_set_end(&coming->event, result == -ECONNREFUSED ? EVENT_PEER_REFUSED : EVENT_DONE);
	write_event(&coming->event);
}
