/* SPDX-License-Identifier: MIT */
/*
 * sendto(2) with a peer of its own: the socket is made ready for it, and the kernel sends. Only one
 * that has to go by way of lo (fact 7: an IP_PKTINFO message) is sent here.
 */
#include <errno.h>
#include <sys/socket.h>

#include "apply.h"
#include "cleanup.h"
#include "events.h"
#include "own.h"
#include "remote.h"
#include "rights.h"
#include "supervise.h"

static struct answer send_to(const struct pin *pin, const struct call *call, int fd,
			     const struct facts *facts, const struct remote_address *peer)
{
	bool opens = (call->arguments[3] & MSG_FASTOPEN) != 0;
	struct verdict verdict = {0};

	if (facts->type == SOCK_STREAM && !opens)
		return answer_error(NOTIFY_CONTINUE); /* a stream has no peer of this kind */
	pin_judge *judge = facts->type == SOCK_STREAM ? pin_on_connect : pin_on_send;
	int r = rights_narrow(call->notice);
	if (r == 0)
		do
			r = apply_verdict(fd, pin, facts, judge, &peer->endpoint, &verdict);
		while (rights_allow(call->notice, r));
	rights_widen();
	/* As in the library: of one that takes its port by it, which the kernel does afterwards. */
	if (r < 0 || facts->local.port == 0)
		events_tell(pin, call->notice, fd, EVENT_SEND, &peer->endpoint,
			    r < 0 ? EVENT_REFUSED : EVENT_DONE);
	if (r < 0)
		return answer_error(r);
	if (verdict.override)
		return supervise_send_copy(pin, call);
	return answer_error(NOTIFY_CONTINUE);
}

/* Is it a datagram for which the socket is made ready already? Then no more has to be asked. */
static bool is_ready(const struct pin *pin, const struct call *call, int fd,
		     const struct remote_address *peer)
{
	bool opens = (call->arguments[3] & MSG_FASTOPEN) != 0;

	return !opens && !pin_wants_events(pin) && apply_usual_send(fd, pin, &peer->endpoint);
}

struct answer supervise_sendto(const struct pin *pin, const struct call *call)
{
	struct remote_address peer;
	struct facts facts;

	if (call->arguments[4] == 0 || (socklen_t)call->arguments[5] == 0)
		return answer_error(NOTIFY_CONTINUE);
	if (pin->sees_messages)
		return supervise_send_copy(pin, call);
	AUTO_CLOSE int fd = remote_descriptor(call->notice, (int)call->arguments[0]);
	if (fd < 0)
		return answer_error(supervise_unseen(pin, fd));
	int r = supervise_glance_peer(call, call->arguments[4], call->arguments[5], &peer);
	if (r < 0)
		return answer_error(r);
	own_refresh();
	/* A peer of another family the kernel refuses. To make a socket ready for a remote peer is
	 * right whosever it may be by now. */
	if (peer.result < 0 || is_ready(pin, call, fd, &peer))
		return answer_error(NOTIFY_CONTINUE);
	if (!notify_is_waiting(call->notice))
		return answer_error(-ESRCH);
	r = supervise_facts(pin, fd, &facts);
	return r == 0 ? send_to(pin, call, fd, &facts, &peer) : answer_error(r);
}
