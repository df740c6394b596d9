/* SPDX-License-Identifier: MIT */
/*
 * Secures the sockets of a process that forbids to be looked into. The filter traps its
 * prctl(PR_SET_DUMPABLE, 0), which is the supervisor's last chance to look. A process can become
 * unreadable in other ways too (it runs a file without read permission while a socket is open, or
 * receives a descriptor afterwards), and these give no such chance: FACTS.md, "What nothing holds".
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
#include "supervise/supervisor.h"

void sealing_note(struct sealing *sealing, int type)
{
	if (pin_kind_of(type) != SOCK_STREAM)
		sealing->has_datagrams = true;
}

typedef void secure(const struct call *call, int fd);

static void seal(const struct call *call, int fd)
{
	struct sealing *sealing = &call->supervisor->sealing;
	int type = SOCK_DGRAM;
	int r = birth_seal(fd, call_pin(call));

	if (r == 0)
		return;
	if (r < 0)
		sealing->has_unsealed = true;
	/* A socket whose type cannot be read counts as a datagram socket. */
	(void)sys_get_number(fd, SOL_SOCKET, SO_TYPE, &type);
	sealing_note(sealing, type);
}

/* For a process that has the library, which goes on to see the calls that go through libc. */
static void hide(const struct call *call, int fd)
{
	if (birth_hide(fd, call_pin(call)) < 0)
		call->supervisor->sealing.has_unsealed = true;
}

static void secure_all(const struct call *call, secure *secure_one)
{
	struct sealing *sealing = &call->supervisor->sealing;
	AUTO_FREE int *numbers = NULL;
	int count = caller_list(call, &numbers);

	for (int i = 0; i < count; i++) {
		AUTO_CLOSE int fd = caller_descriptor(call, numbers[i]);

		if (fd >= 0 && notify_is_waiting(call->notice))
			secure_one(call, fd);
	}
	if (count < 0) {
		sealing->has_unsealed = true;
		sealing->has_datagrams = true;
	}
}

static pid_t process_of(const struct call *call)
{
	return caller_process(&call->supervisor->callers, call->notice->thread);
}

static struct forbidding *find_process(struct sealing *sealing, pid_t process)
{
	for (size_t i = 0; i < SEALING_FORBIDDING_MAX; i++)
		if (process > 0 && sealing->forbidding[i].process == process)
			return &sealing->forbidding[i];
	return NULL;
}

static struct forbidding *find_forbidding(const struct call *call)
{
	struct sealing *sealing = &call->supervisor->sealing;

	return sealing->count == 0 ? NULL : find_process(sealing, process_of(call));
}

static void note_forbidding(const struct call *call)
{
	struct sealing *sealing = &call->supervisor->sealing;
	pid_t process = process_of(call);
	struct forbidding *known = find_process(sealing, process);

	if (!known)
		known = &sealing->forbidding[sealing->count++ % SEALING_FORBIDDING_MAX];
	*known = (struct forbidding){process, call->notice->thread};
}

static void forget_forbidding(const struct call *call)
{
	struct forbidding *known = find_forbidding(call);

	if (known)
		known->process = 0;
}

bool sealing_is_under_way(const struct call *call)
{
	struct forbidding *known = find_forbidding(call);

	/* If the thread that called prctl(2) calls again, the kernel has carried that out. */
	if (known && known->thread == call->notice->thread)
		known->process = 0;
	return known && known->process != 0;
}

bool sealing_lets_connect(const struct call *call)
{
	return pin_can_seal(call_pin(call)) && !call->supervisor->sealing.has_unsealed;
}

bool sealing_lets_send(const struct call *call)
{
	return pin_can_send_unseen(call_pin(call)) && !call->supervisor->sealing.has_unsealed;
}

bool sealing_lets_message(const struct call *call)
{
	/* Under the library has_datagrams does not know of the sockets that the library makes. */
	return sealing_lets_send(call) && !call->supervisor->sealing.has_datagrams &&
	       !call_pin(call)->gated;
}

struct outcome sealing_unseen(const struct call *call, struct outcome opened)
{
	return outcome_is_error(opened, -EPERM) && sealing_lets_connect(call) ? outcome_continue()
									      : opened;
}

/* Has the caller's process the library? Then its gate is mapped. */
static bool has_library(const struct call *call)
{
	char signature[sizeof(GATE_SIGNATURE)];

	return call_pin(call)->gated &&
	       caller_read(call->notice, GATE_ADDRESS + GATE_SIGNATURE_AT, signature,
			   sizeof(signature)) == 0 &&
	       memcmp(signature, GATE_SIGNATURE, sizeof(signature)) == 0;
}

struct securing {
	const struct call *call;
	secure *secure_one;
};

static int secure_with_rights(void *context, bool is_again)
{
	const struct securing *securing = context;

	(void)is_again; /* it never fails */
	secure_all(securing->call, securing->secure_one);
	return 0;
}

static int secure_caller(const struct call *call)
{
	bool library_knows = (uint32_t)call->arguments[4] == GATE_HIDES;
	bool is_librarys = has_library(call);
	struct securing securing = {call, is_librarys ? hide : seal};

	/* A library that does not know goes on to make sockets that are not made for this. */
	if (is_librarys && !library_knows)
		call->supervisor->sealing.has_unsealed = true;
	note_forbidding(call);
	return rights_act(call, secure_with_rights, &securing);
}

/*
 * prctl(PR_SET_DUMPABLE): the kernel carries it out, after the supervisor has secured the sockets.
 * A supervisor that may look into every process has nothing to do, nor has one whose caller is
 * unreadable already: its sockets were secured then, or made for it.
 */
struct outcome supervise_prctl(const struct call *call)
{
	bool concerns = (int)call->arguments[0] == PR_SET_DUMPABLE &&
			!rights_see_all(&call->supervisor->rights);

	if (concerns && call->arguments[1] == 1)
		forget_forbidding(call);
	if (!concerns || call->arguments[1] != 0 || !caller_is_readable(call))
		return outcome_continue();
	int r = secure_caller(call);
	return r < 0 ? outcome_answer(r) : outcome_continue();
}
