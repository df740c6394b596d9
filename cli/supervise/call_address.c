/* SPDX-License-Identifier: MIT */
/*
 * bind(2) and listen(2). The supervisor carries them out on a duplicate of the caller's descriptor,
 * with a copy of its address: another thread of the program could change both between the
 * supervisor's look and a call of the program's own. The kernel handles sockets of other families.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "socket/apply.h"
#include "socket/facts.h"
#include "supervise/call.h"
#include "supervise/events.h"
#include "supervise/rights.h"
#include "supervise/sealing.h"

struct binding {
	const struct call *call;
	int fd;
	struct facts facts;
	struct caller_address address; /* of a bind */
	struct verdict verdict;        /* on a listen */
};

static void cleanup_binding(struct binding *binding)
{
	cleanup_close(&binding->fd);
}

/* A first try may have changed the facts. */
static int renew_facts(struct binding *binding, bool is_again)
{
	return is_again ? facts_read(binding->fd, call_pin(binding->call), &binding->facts) : 0;
}

static int bind_pinned(void *context, bool is_again)
{
	struct binding *binding = context;
	const struct caller_address *address = &binding->address;
	struct endpoint endpoint;
	int r = renew_facts(binding, is_again);

	if (r < 0)
		return r;
	if (endpoint_read_bind(&address->bytes, address->length, &endpoint) == 0)
		return apply_verdict(binding->fd, call_pin(binding->call), &binding->facts,
				     PIN_BIND, &endpoint, NULL);
	/* No IP address: the kernel says what is wrong with it. */
	return syscall(SYS_bind, binding->fd, &address->bytes, address->length) < 0 ? -errno : 0;
}

/*
 * What came of opening a socket that the supervisor may not look at. A bind of an AF_UNIX socket
 * may pass. A sealed socket has a port and cannot be bound again; sealing_unseen() decides about
 * sockets that the process got from one that may be looked into.
 */
static struct outcome unseen_bind(const struct call *call, struct outcome opened)
{
	return call_may_be_ip((socklen_t)call->arguments[2]) ? opened
							     : sealing_unseen(call, opened);
}

struct outcome supervise_bind(const struct call *call)
{
	CLEANUP(cleanup_binding) struct binding binding = {.call = call, .fd = -1};
	struct outcome outcome = call_open(call, &binding.fd, &binding.facts);

	if (!outcome_is_open(outcome))
		return unseen_bind(call, outcome);
	int r = call_read_address(call, call->arguments[1], call->arguments[2], &binding.address);
	if (r < 0)
		return outcome_answer(r);
	r = rights_act(call, bind_pinned, &binding);
	if (binding.address.result == 0 || r == 0)
		events_tell(call, binding.fd, EVENT_BIND, NULL, r < 0 ? EVENT_REFUSED : EVENT_DONE);
	return outcome_answer(r);
}

static int prepare_listen(void *context, bool is_again)
{
	struct binding *binding = context;
	int r = renew_facts(binding, is_again);

	return r < 0 ? r
		     : apply_verdict(binding->fd, call_pin(binding->call), &binding->facts,
				     PIN_LISTEN, NULL, &binding->verdict);
}

struct outcome supervise_listen(const struct call *call)
{
	CLEANUP(cleanup_binding) struct binding binding = {.call = call, .fd = -1};
	struct outcome outcome = call_open(call, &binding.fd, &binding.facts);

	if (!outcome_is_open(outcome))
		return sealing_unseen(call, outcome);
	int r = rights_act(call, prepare_listen, &binding);
	if (r < 0 || binding.verdict.rebind)
		events_tell(call, binding.fd, EVENT_LISTEN, NULL,
			    r < 0 ? EVENT_REFUSED : EVENT_DONE);
	if (r == 0 && syscall(SYS_listen, binding.fd, (int)call->arguments[1]) < 0)
		r = -errno;
	return outcome_answer(r);
}
