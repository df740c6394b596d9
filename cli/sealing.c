/* SPDX-License-Identifier: MIT */
/*
 * prctl(PR_SET_DUMPABLE, 0) is trapped: at that moment the process can be looked into for the last
 * time. Other ways to become unreadable (running a file without read permission with a socket open,
 * receiving a descriptor) have no such moment.
 */
#include "sealing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "birth.h"
#include "cleanup.h"
#include "remote.h"
#include "rights.h"
#include "supervise.h"
#include "sys.h"

enum { FORBIDDING_MAX = 16 };

static bool has_unsealed, has_datagrams;

/* Processes between the seal of what they had and the kernel's own prctl; the oldest gives way. */
static pid_t forbidding[FORBIDDING_MAX];
static size_t forbidding_next;

void sealing_note(int type)
{
	if (pin_kind_of(type) != SOCK_STREAM)
		has_datagrams = true;
}

static void seal(const struct pin *pin, int fd)
{
	int type = SOCK_DGRAM;
	int r = birth_seal(fd, pin);

	if (r == 0)
		return;
	if (r < 0)
		has_unsealed = true;
	(void)sys_get_number(fd, SOL_SOCKET, SO_TYPE, &type); /* else it counts as one */
	sealing_note(type);
}

/* Seals the sockets of a caller that is about to forbid to be looked into. */
static void seal_all(const struct pin *pin, const struct notice *notice)
{
	AUTO_FREE int *numbers = NULL;
	int count = remote_list(notice, &numbers);

	for (int i = 0; i < count; i++) {
		AUTO_CLOSE int fd = remote_descriptor(notice, numbers[i]);

		if (fd >= 0 && notify_is_waiting(notice))
			seal(pin, fd);
	}
	if (count < 0) {
		has_unsealed = true;
		has_datagrams = true;
	}
}

static pid_t process_of(const struct notice *notice)
{
	char name[32]; /* which is of no use here */

	return remote_process(notice->thread, name, sizeof(name));
}

static void note_forbidding(const struct notice *notice)
{
	pid_t process = process_of(notice);

	if (process > 0 && !sealing_is_under_way(notice))
		forbidding[forbidding_next++ % FORBIDDING_MAX] = process;
}

bool sealing_is_under_way(const struct notice *notice)
{
	if (forbidding_next == 0)
		return false;
	pid_t process = process_of(notice);
	for (size_t i = 0; i < FORBIDDING_MAX; i++)
		if (process > 0 && forbidding[i] == process)
			return true;
	return false;
}

bool sealing_lets_connect(const struct pin *pin)
{
	return pin_can_seal(pin) && !has_unsealed;
}

bool sealing_lets_send(const struct pin *pin)
{
	return pin_can_send_unseen(pin) && !has_unsealed;
}

bool sealing_lets_message(const struct pin *pin)
{
	return sealing_lets_send(pin) && !has_datagrams;
}

/* The kernel carries it out; a process of which nothing is hidden from here needs no seals. */
struct answer supervise_prctl(const struct pin *pin, const struct call *call)
{
	bool forbids = (int)call->arguments[0] == PR_SET_DUMPABLE && call->arguments[1] != 1;

	if (!forbids || rights_see_all())
		return answer_error(NOTIFY_CONTINUE);
	note_forbidding(call->notice);
	int r = rights_narrow(call->notice);
	if (r == 0)
		seal_all(pin, call->notice);
	rights_widen();
	return answer_error(r < 0 ? r : NOTIFY_CONTINUE);
}
