/* SPDX-License-Identifier: MIT */
/*
 * prctl(PR_SET_DUMPABLE, 0) is trapped: at that moment the process can be looked into for the last
 * time. Other ways to become unreadable (running a file without read permission with a socket open,
 * receiving a descriptor) have no such moment.
 */
#include "supervise/sealing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "socket/birth.h"
#include "socket/gate_place.h"
#include "socket/sys.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/rights.h"

enum { FORBIDDING_MAX = 16 };

static bool has_unsealed, has_datagrams;

/* Processes between the seal of what they had and the kernel's own prctl; the oldest gives way. */
static struct forbidding {
	pid_t process, thread;
} all_forbidding[FORBIDDING_MAX];
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

/* Of a process that has the library, which goes on to see what libc's functions are called for. */
static void hide(const struct pin *pin, int fd)
{
	if (birth_hide(fd, pin) < 0)
		has_unsealed = true;
}

typedef void secure(const struct pin *pin, int fd);

/* Secures the sockets of a caller that is about to forbid to be looked into. */
static void secure_all(const struct pin *pin, const struct notice *notice, secure *secure_one)
{
	AUTO_FREE int *numbers = NULL;
	int count = caller_list(notice, &numbers);

	for (int i = 0; i < count; i++) {
		AUTO_CLOSE int fd = caller_descriptor(notice, numbers[i]);

		if (fd >= 0 && notify_is_waiting(notice))
			secure_one(pin, fd);
	}
	if (count < 0) {
		has_unsealed = true;
		has_datagrams = true;
	}
}

static pid_t process_of(const struct notice *notice)
{
	char name[32]; /* which is of no use here */

	return caller_process(notice->thread, name, sizeof(name));
}

static struct forbidding *find_process(pid_t process)
{
	for (size_t i = 0; i < FORBIDDING_MAX; i++)
		if (process > 0 && all_forbidding[i].process == process)
			return &all_forbidding[i];
	return NULL;
}

static struct forbidding *find_forbidding(const struct notice *notice)
{
	return forbidding_next == 0 ? NULL : find_process(process_of(notice));
}

static void note_forbidding(const struct notice *notice)
{
	pid_t process = process_of(notice);
	struct forbidding *known = find_process(process);

	if (!known)
		known = &all_forbidding[forbidding_next++ % FORBIDDING_MAX];
	*known = (struct forbidding){process, notice->thread};
}

static void forget_forbidding(const struct notice *notice)
{
	struct forbidding *known = find_forbidding(notice);

	if (known)
		known->process = 0;
}

bool sealing_is_under_way(const struct notice *notice)
{
	struct forbidding *known = find_forbidding(notice);

	/* The thread that asked is here again, so the kernel has carried its call out. */
	if (known && known->thread == notice->thread)
		known->process = 0;
	return known && known->process != 0;
}

bool sealing_lets_connect(const struct pin *pin)
{
	return pin_can_seal(pin) && !has_unsealed;
}

int sealing_unseen(const struct pin *pin, int r)
{
	return r == -EPERM && sealing_lets_connect(pin) ? NOTIFY_CONTINUE : r;
}

bool sealing_lets_send(const struct pin *pin)
{
	return pin_can_send_unseen(pin) && !has_unsealed;
}

bool sealing_lets_message(const struct pin *pin)
{
	/* What the library makes is not noted here. */
	return sealing_lets_send(pin) && !has_datagrams && !pin->gated;
}

/* Has the caller's process opened the gate? */
static bool has_library(const struct pin *pin, const struct notice *notice)
{
	char signature[sizeof(GATE_SIGNATURE)];

	return pin->gated &&
	       caller_read(notice, GATE_ADDRESS + GATE_SIGNATURE_AT, signature,
			   sizeof(signature)) == 0 &&
	       memcmp(signature, GATE_SIGNATURE, sizeof(signature)) == 0;
}

static int secure_caller(const struct pin *pin, const struct call *call)
{
	bool sees = (uint32_t)call->arguments[4] == GATE_HIDES;
	bool is_librarys = has_library(pin, call->notice);

	/* The library does not know, and goes on to make sockets that are not for this. */
	if (is_librarys && !sees)
		has_unsealed = true;
	note_forbidding(call->notice);
	int r = rights_narrow(call->notice);
	if (r == 0)
		secure_all(pin, call->notice, is_librarys ? hide : seal);
	rights_widen();
	return r;
}

/*
 * The kernel carries it out. There is nothing to do for a process of which nothing is hidden from
 * here, nor for one that is hidden already: its sockets were secured then, or made for it.
 */
struct answer supervise_prctl(const struct pin *pin, const struct call *call)
{
	bool concerns = (int)call->arguments[0] == PR_SET_DUMPABLE && !rights_see_all();

	if (concerns && call->arguments[1] == 1)
		forget_forbidding(call->notice);
	if (!concerns || call->arguments[1] != 0 || !caller_is_readable(call->notice))
		return answer_error(NOTIFY_CONTINUE);
	int r = secure_caller(pin, call);
	return answer_error(r < 0 ? r : NOTIFY_CONTINUE);
}
