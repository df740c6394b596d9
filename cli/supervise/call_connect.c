/* SPDX-License-Identifier: MIT */
/*
 * connect(2), carried out as call_address.c does it. A stream's connect that has to wait for its
 * peer goes to waiting.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "socket/apply.h"
#include "socket/pool.h"
#include "socket/refresh.h"
#include "socket/sys.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/dns.h"
#include "supervise/events.h"
#include "supervise/rights.h"
#include "supervise/sealing.h"
#include "supervise/waiting.h"

struct connecting {
	const struct call *call;
	int fd;
	struct caller_address address;
	const struct pin *pin; /* that it is judged by */
	struct pin chosen;     /* the same, if it is one member of a pool */
	bool is_foreign;       /* it is no IPv4 or IPv6 socket */
};

static void cleanup_connecting(struct connecting *connecting)
{
	cleanup_close(&connecting->fd);
}

static int connect_now(const struct connecting *connecting)
{
	const struct caller_address *address = &connecting->address;

	return syscall(SYS_connect, connecting->fd, &address->bytes, address->length) < 0 ? -errno
											  : 0;
}

static bool has_peer(const struct connecting *connecting)
{
	return connecting->address.result == 0;
}

/* A connect to AF_UNSPEC, which lets a socket go of its peer. */
static bool is_disconnect(const struct connecting *connecting)
{
	return connecting->address.result == -EAFNOSUPPORT &&
	       connecting->address.bytes.ss_family == AF_UNSPEC;
}

/*
 * Carries it out whole. apply_disconnect() sees to it that a datagram socket keeps what holds it,
 * and leaves a stream (0) to the kernel.
 */
static int disconnect(const struct connecting *connecting)
{
	int r = apply_disconnect(connecting->fd, connecting->pin);

	if (r == 0)
		return connect_now(connecting);
	return r < 0 ? r : 0;
}

/*
 * Does all that has to be done before the kernel's connect; of a disconnect, that as well. Returns
 * 0 or -errno, and sets is_foreign.
 */
static int prepare(void *context, bool is_again)
{
	struct connecting *connecting = context;
	const struct endpoint *peer = &connecting->address.endpoint;
	struct facts facts;

	(void)is_again; /* the facts are read in here */
	int r = pool_for(connecting->fd, &connecting->pin, NULL, PIN_CONNECT,
			 has_peer(connecting) ? peer : NULL, &connecting->chosen);
	if (r < 0)
		return r;
	if (has_peer(connecting)) {
		if (apply_connect_by_local(connecting->fd, connecting->pin, peer))
			return 0;
		r = apply_judgement(connecting->fd, connecting->pin, PIN_CONNECT, peer, NULL);
		connecting->is_foreign = r == 0;
		return r < 0 ? r : 0;
	}
	struct outcome outcome = call_facts(connecting->call, connecting->fd, &facts);
	connecting->is_foreign = outcome.disposition == OUTCOME_CONTINUE;
	if (!outcome_is_open(outcome))
		return (int)outcome.value;
	return is_disconnect(connecting) ? disconnect(connecting) : 0;
}

static bool is_stream(int fd)
{
	int type = 0;

	return sys_get_number(fd, SOL_SOCKET, SO_TYPE, &type) == 0 && type == SOCK_STREAM;
}

/*
 * Begins a stream's connect without waiting for the peer. Only O_NONBLOCK keeps the kernel from
 * waiting. The program shares that flag, so it is on for these two calls alone, while nobody reads
 * from the socket, which is not connected. A peer nearby has answered by the second call. Returns
 * what came of the connect, or -EALREADY if that is not known yet.
 */
static int connect_patiently(const struct connecting *connecting, int flags)
{
	if (fcntl(connecting->fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	int r = connect_now(connecting);
	if (r == -EINPROGRESS)
		r = connect_now(connecting);
	(void)fcntl(connecting->fd, F_SETFL, flags); /* the kernel has just taken such a call */
	return r;
}

static int connect_once(const struct connecting *connecting, int flags, bool may_wait)
{
	return may_wait ? connect_patiently(connecting, flags) : connect_now(connecting);
}

/*
 * After a connect that gave r: is it worth another try, because the interface has other addresses
 * by now? Prepares that one then, with a copy of the pin that has them. Nobody must refresh the
 * live pin while the copy is used (live_pin.h).
 */
static bool prepare_again(struct connecting *connecting, int r, struct pin *fresh)
{
	if (!has_peer(connecting) ||
	    !pin_has_changed(connecting->pin, &connecting->address.endpoint, r, fresh))
		return false;
	connecting->pin = fresh;
	return rights_act(connecting->call, prepare, connecting) == 0 && !connecting->is_foreign;
}

static struct outcome connect_prepared(struct connecting *connecting)
{
	const struct call *call = connecting->call;
	struct coming_event event = {.is_due = false};
	struct call waits = *call;
	struct pin fresh;
	int flags = fcntl(connecting->fd, F_GETFL);
	bool may_wait = flags >= 0 && !(flags & O_NONBLOCK) && is_stream(connecting->fd);

	if (has_peer(connecting))
		events_prepare(call, connecting->fd, &connecting->address.endpoint, &event);
	int r = connect_once(connecting, flags, may_wait);
	if (prepare_again(connecting, r, &fresh))
		r = connect_once(connecting, flags, may_wait);
	if (may_wait && r == -EALREADY) {
		waits.progress.is_opened = true;
		return waiting_start(&waits, &connecting->fd, POLLOUT);
	}
	events_finish(call, &event, connecting->fd, r);
	return outcome_answer(r);
}

/*
 * Under --dns: a service that looks names up for programs is not there, and a lookup goes to the
 * server that the user named.
 */
static struct outcome redirect(struct connecting *connecting)
{
	struct facts facts;
	struct outcome outcome = call_facts(connecting->call, connecting->fd, &facts);

	if (outcome_is_open(outcome))
		return outcome_after(dns_redirect(connecting->call, &connecting->fd, &facts,
						  &connecting->address, DNS_ANY_QUERY));
	if (outcome.disposition == OUTCOME_CONTINUE && dns_is_service(&connecting->address))
		return outcome_answer(-ENOENT);
	return outcome;
}

/* Refreshes the pin if an address that is this host's by now could matter. */
static const struct pin *pin_for(const struct call *call, const struct caller_address *address)
{
	return address->result == 0 && pin_minds_own(call_pin(call), &address->endpoint.ip)
		       ? call_fresh_pin(call)
		       : call_pin(call);
}

static struct outcome connect_pinned(struct connecting *connecting)
{
	const struct call *call = connecting->call;

	connecting->pin = pin_for(call, &connecting->address);
	int r = rights_act(call, prepare, connecting);
	if (r < 0 && has_peer(connecting))
		events_tell(call, connecting->fd, EVENT_CONNECT, &connecting->address.endpoint,
			    EVENT_REFUSED);
	if (r < 0)
		return outcome_answer(r);
	if (connecting->is_foreign)
		return outcome_continue();
	return is_disconnect(connecting) ? outcome_answer(0) : connect_prepared(connecting);
}

struct outcome supervise_connect(const struct call *call)
{
	CLEANUP(cleanup_connecting)
	struct connecting connecting = {
		.call = call,
		.fd = caller_descriptor(call, (int)call->arguments[0]),
	};

	if (connecting.fd < 0)
		return sealing_unseen(call, outcome_answer(connecting.fd));
	struct outcome outcome = outcome_after(call_read_address(
		call, call->arguments[1], call->arguments[2], &connecting.address));
	if (outcome_is_open(outcome) && dns_is_given(call_pin(call)))
		outcome = redirect(&connecting);
	return outcome_is_open(outcome) ? connect_pinned(&connecting) : outcome;
}
