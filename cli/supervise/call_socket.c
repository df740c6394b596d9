/* SPDX-License-Identifier: MIT */
/*
 * socket(2). The supervisor makes the socket, pins it and gives it to the caller (fact 11). It
 * looks at neither memory nor descriptors of the caller, so this works for every process. A caller
 * in another network namespace is refused: a socket of the supervisor's namespace would be a way
 * out of its own, and the pin would not hold a socket of its own.
 */
#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "socket/birth.h"
#include "socket/gate_place.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/newborn.h"
#include "supervise/sealing.h"
#include "supervise/supervisor.h"

/* How to pin a socket for this caller. */
static newborn_pin *choose_pin(const struct call *call, int type)
{
	bool is_stream = pin_kind_of(type) == SOCK_STREAM;

	if (caller_is_readable(call) && !sealing_is_under_way(call))
		return birth_give_closed;
	sealing_note(&call->supervisor->sealing, type);
	return is_stream && !pin_can_seal(call_pin(call)) ? birth_give_closed : birth_give_sealed;
}

struct outcome supervise_socket(const struct call *call)
{
	int domain = (int)call->arguments[0];
	int type = (int)call->arguments[1];
	int protocol = (int)call->arguments[2];
	int is_pinned = pin_on_protocol(domain, type, &protocol);

	if (domain == AF_INET && type == GATE_QUESTION)
		return outcome_answer(call_pin(call)->gated ? -EALREADY : -EINPROGRESS);
	if (is_pinned <= 0)
		return is_pinned < 0 ? outcome_answer(is_pinned) : outcome_continue();
	if (!caller_shares_network(call))
		return outcome_answer(-EACCES);
	if (call_pin(call)->ifindex != 0) /* it may have another index or address by now */
		(void)call_fresh_pin(call);
	AUTO_CLOSE int fd = newborn_socket(call, choose_pin(call, type), domain, type, protocol);
	if (fd < 0)
		return outcome_answer(fd);
	/* If the caller is killed now, the socket ends with the supervisor's descriptor. */
	notify_give(call->notice, fd, type & SOCK_CLOEXEC);
	return outcome_deferred();
}
