/* SPDX-License-Identifier: MIT */
/* Each line is written at once, so that those of many processes stay whole. */
#include "say.h"

#include <errno.h>
#include <unistd.h>

#include "sys.h"

void say_call(const struct pin *pin, int fd, const struct endpoint *peer, enum event_end end)
{
	struct event event;
	char text[EVENT_SIZE];
	int saved = errno;
	if (!event_is_wanted(pin) || event_read(pin, fd, peer, end, &event) < 0)
		return;
	event_set_program(&event, program_invocation_short_name, getpid());
	(void)sys_write(STDERR_FILENO, text, event_line(&event, text)); /* nowhere to tell of a
									   failure */
	errno = saved;
}
