/* SPDX-License-Identifier: MIT */
/*
 * Writes each line by one write(2), so that lines of many processes do not mix. The log is opened
 * for each line, because programs close descriptors that they do not know.
 */
#include "say.h"

#include <errno.h>
#include <unistd.h>

#include "config.h"
#include "socket/sys.h"

/* If it cannot be written, here or below, there is nobody to tell. */
static void write_log(const struct event *event)
{
	char text[EVENT_SIZE];
	const char *path = config_log();
	int fd = path ? event_log_open(path) : -1;
	if (fd < 0)
		return;
	(void)sys_write(fd, text, event_json(event, text));
	sys_close(fd);
}

static void say(const struct pin *pin, int fd, enum event_call call, const struct endpoint *peer,
		enum event_end end)
{
	struct event event;
	char text[EVENT_SIZE];
	if (event_read(pin, fd, call, peer, end, &event) < 0)
		return;
	event_set_caller(&event, "preload", program_invocation_short_name, getpid());
	if (pin->carried.verbose)
		(void)sys_write(STDERR_FILENO, text, event_line(&event, text));
	write_log(&event);
}

void say_call(const struct pin *pin, int fd, enum event_call call, const struct endpoint *peer,
	      enum event_end end)
{
	int saved = errno;
	if (!pin_wants_events(pin))
		return;
	say(pin, fd, call, peer, end);
	errno = saved;
}
