/* SPDX-License-Identifier: MIT */
/*
 * bind, connect and listen, carried out on a duplicate of the caller's descriptor with a copy of
 * its address: between a look and a call of its own another thread could change both. Sockets of
 * other families are the kernel's to handle.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "socket/apply.h"
#include "socket/birth.h"
#include "socket/facts.h"
#include "socket/refresh.h"
#include "socket/sys.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/dns.h"
#include "supervise/events.h"
#include "supervise/own_addresses.h"
#include "supervise/rights.h"
#include "supervise/sealing.h"
#include "supervise/waiting.h"

/*
 * One of AF_UNIX may go by. A sealed socket has a port, and is bound no more; this is for what came
 * from a process that could be looked into.
 */
static int unseen_bind(const struct pin *pin, const struct call *call, int r)
{
	return supervise_may_be_ip((socklen_t)call->arguments[2]) ? r : sealing_unseen(pin, r);
}

static int system_call(long number, int fd, const struct caller_address *address)
{
	return syscall(number, fd, &address->bytes, address->length) < 0 ? -errno : 0;
}

static int bind_pinned(const struct pin *pin, int fd, const struct facts *facts,
		       const struct caller_address *address)
{
	struct endpoint endpoint;

	if (endpoint_read_bind(&address->bytes, address->length, &endpoint) < 0)
		return system_call(SYS_bind, fd, address); /* which says what is wrong */
	return apply_verdict(fd, pin, facts, PIN_BIND, &endpoint, NULL);
}

struct answer supervise_bind(const struct pin *pin, const struct call *call)
{
	AUTO_CLOSE int fd = -1;
	struct facts facts;
	struct caller_address address;
	int r = supervise_open(pin, call, &fd, &facts);

	if (r == -EPERM)
		r = unseen_bind(pin, call, r);
	if (r == 0)
		r = supervise_read_address(call, call->arguments[1], call->arguments[2], &address);
	if (r != 0)
		return answer_error(r);
	r = rights_narrow(call->notice);
	if (r == 0)
		do
			r = bind_pinned(pin, fd, &facts, &address);
		while (rights_allow(call->notice, r) && (r = facts_read(fd, pin, &facts)) == 0);
	rights_widen();
	if (address.result == 0 || r == 0)
		events_tell(pin, call->notice, fd, EVENT_BIND, NULL,
			    r < 0 ? EVENT_REFUSED : EVENT_DONE);
	return answer_error(r);
}

struct answer supervise_listen(const struct pin *pin, const struct call *call)
{
	AUTO_CLOSE int fd = -1;
	struct facts facts;
	struct verdict verdict = {0};
	int r = sealing_unseen(pin, supervise_open(pin, call, &fd, &facts));

	if (r != 0)
		return answer_error(r);
	r = rights_narrow(call->notice);
	if (r == 0)
		do
			r = apply_verdict(fd, pin, &facts, PIN_LISTEN, NULL, &verdict);
		while (rights_allow(call->notice, r) && (r = facts_read(fd, pin, &facts)) == 0);
	rights_widen();
	if (r < 0 || verdict.rebind)
		events_tell(pin, call->notice, fd, EVENT_LISTEN, NULL,
			    r < 0 ? EVENT_REFUSED : EVENT_DONE);
	if (r == 0 && syscall(SYS_listen, fd, (int)call->arguments[1]) < 0)
		r = -errno;
	return answer_error(r);
}

/* connect to AF_UNSPEC: a datagram socket is never without what holds it. */
static int disconnect(const struct pin *pin, int fd, const struct caller_address *address)
{
	int r = apply_disconnect(fd, pin);

	return r == 0 ? system_call(SYS_connect, fd, address) : (r < 0 ? r : 0);
}

static bool is_disconnect(const struct caller_address *address)
{
	return address->result == -EAFNOSUPPORT && address->bytes.ss_family == AF_UNSPEC;
}

/*
 * Everything before the kernel's connect. Returns 0, -errno, or NOTIFY_CONTINUE as
 * supervise_facts().
 */
static int prepare(const struct pin *pin, int fd, const struct caller_address *address)
{
	struct facts facts;

	if (address->result == 0) {
		if (pin_minds_own(pin, &address->endpoint.ip))
			own_addresses_refresh();
		if (apply_connect_by_local(fd, pin, &address->endpoint))
			return 0;
		int r = apply_judgement(fd, pin, PIN_CONNECT, &address->endpoint, NULL);
		return r == 0 ? NOTIFY_CONTINUE : (r < 0 ? r : 0);
	}
	int r = supervise_facts(pin, fd, &facts);
	return r == 0 && is_disconnect(address) ? disconnect(pin, fd, address) : r;
}

/*
 * A stream's connect that would wait for the peer. Only O_NONBLOCK keeps the kernel from it, which
 * the program shares, so that it is on for these two calls alone; of a socket that is not connected
 * nobody reads. A peer nearby has answered by the second one, which tells of that, or -EALREADY.
 */
static int connect_patiently(int fd, int flags, const struct caller_address *address)
{
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	int r = system_call(SYS_connect, fd, address);
	if (r == -EINPROGRESS)
		r = system_call(SYS_connect, fd, address);
	(void)fcntl(fd, F_SETFL, flags); /* as it just took them */
	return r;
}

static bool is_stream(int fd)
{
	int type = 0;

	return sys_get_number(fd, SOL_SOCKET, SO_TYPE, &type) == 0 && type == SOCK_STREAM;
}

/* With the caller's rights. */
static int prepare_narrowed(const struct pin *pin, const struct call *call, int fd,
			    const struct caller_address *address)
{
	int r = rights_narrow(call->notice);

	if (r == 0)
		do
			r = prepare(pin, fd, address);
		while (rights_allow(call->notice, r));
	rights_widen();
	return r;
}

static int connect_once(int fd, int flags, bool may_wait, const struct caller_address *address)
{
	return may_wait ? connect_patiently(fd, flags, address)
			: system_call(SYS_connect, fd, address);
}

static struct answer connect_prepared(const struct pin *pin, const struct call *call, int *fd,
				      const struct caller_address *address)
{
	struct coming_event event = {.is_due = false};
	struct call waits = *call;
	struct pin fresh;
	int flags = fcntl(*fd, F_GETFL);
	bool may_wait = flags >= 0 && !(flags & O_NONBLOCK) && is_stream(*fd);

	if (address->result == 0)
		events_prepare(pin, call->notice, *fd, &address->endpoint, &event);
	int r = connect_once(*fd, flags, may_wait, address);
	if (address->result == 0 && pin_has_changed(pin, &address->endpoint, r, &fresh) &&
	    prepare_narrowed(&fresh, call, *fd, address) == 0)
		r = connect_once(*fd, flags, may_wait, address);
	if (may_wait && r == -EALREADY) {
		waits.progress.is_opened = true;
		return waiting_start(&waits, fd, POLLOUT);
	}
	events_finish(&event, *fd, r);
	return answer_error(r);
}

/*
 * Under --dns: a service that looks names up for the program is not there, and a lookup goes to the
 * server that the user named.
 */
static int connect_elsewhere(const struct pin *pin, const struct call *call, int *fd,
			     struct caller_address *address)
{
	struct facts facts;
	int r = supervise_facts(pin, *fd, &facts);

	if (r == NOTIFY_CONTINUE && dns_is_service(address))
		return -ENOENT;
	return r == 0 ? dns_redirect(pin, call, fd, &facts, address, DNS_ANY_QUERY) : r;
}

struct answer supervise_connect(const struct pin *pin, const struct call *call)
{
	AUTO_CLOSE int fd = caller_descriptor(call->notice, (int)call->arguments[0]);
	struct caller_address address;

	if (fd < 0)
		return answer_error(sealing_unseen(pin, fd));
	int r = supervise_read_address(call, call->arguments[1], call->arguments[2], &address);
	if (r == 0 && dns_is_given(pin))
		r = connect_elsewhere(pin, call, &fd, &address);
	if (r != 0)
		return answer_error(r);
	r = prepare_narrowed(pin, call, fd, &address);
	if (r < 0 && address.result == 0)
		events_tell(pin, call->notice, fd, EVENT_CONNECT, &address.endpoint, EVENT_REFUSED);
	if (r != 0 || is_disconnect(&address))
		return answer_error(r);
	return connect_prepared(pin, call, &fd, &address);
}
