/* SPDX-License-Identifier: MIT */
/*
 * socket(2): made and pinned here, given with ADDFD. Neither memory nor descriptors of the caller
 * are looked at, so that this works for every process. One in another network namespace gets none:
 * a socket from here would be a way out of its own, and one from there none that the pin holds.
 */
#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "socket/birth.h"
#include "socket/gate_place.h"
#include "socket/sys.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/rights.h"
#include "supervise/sealing.h"

typedef int give_birth(int fd, const struct pin *pin, int domain, int type);

static int make(const struct pin *pin, give_birth *birth, int domain, int type, int protocol)
{
	AUTO_CLOSE int fd = sys_socket(domain, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return fd;
	int r = birth(fd, pin, domain, type);
	return r < 0 ? r : steal_fd(&fd);
}

struct answer supervise_socket(const struct pin *pin, const struct call *call)
{
	int domain = (int)call->arguments[0];
	int type = (int)call->arguments[1];
	int protocol = (int)call->arguments[2];
	int kind = pin_on_protocol(domain, type, &protocol);

	if (domain == AF_INET && type == GATE_QUESTION)
		return answer_error(pin->gated ? -EALREADY : -EINPROGRESS);
	if (kind <= 0)
		return answer_error(kind < 0 ? kind : NOTIFY_CONTINUE);
	if (!caller_shares_network(call->notice))
		return answer_error(-EACCES);
	bool is_readable = caller_is_readable(call->notice) && !sealing_is_under_way(call->notice);
	bool is_stream = pin_kind_of(type) == SOCK_STREAM;
	bool is_sealed = !is_readable && (!is_stream || pin_can_seal(pin));
	give_birth *birth = is_sealed ? birth_give_sealed : birth_give_closed;
	if (!is_readable)
		sealing_note(type);
	AUTO_CLOSE int fd = rights_narrow(call->notice);
	if (fd == 0)
		do
			fd = make(pin, birth, domain, type, protocol);
		while (rights_allow(call->notice, fd));
	rights_widen();
	if (fd < 0)
		return answer_error(fd);
	/* The caller is stopped, and if it is killed now the socket goes with our descriptor. */
	(void)notify_give(call->notice, fd, type & SOCK_CLOEXEC);
	return (struct answer){.is_answered = true};
}
