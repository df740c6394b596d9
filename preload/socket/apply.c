/* SPDX-License-Identifier: MIT */
/*
 * From a call on a descriptor to its verdict, and from there to move.c. Facts that cost a system
 * call of their own are asked for only if a verdict depends on them, and then it is given again.
 */
#include "socket/apply.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pin/control.h"
#include "socket/birth.h"
#include "socket/check.h"
#include "socket/facts.h"
#include "socket/move.h"
#include "socket/refresh.h"
#include "socket/sys.h"

bool apply_is_stale(int r)
{
	/* EPERM: the socket has a device already, by an index that the pin does not know. */
	return r == -EADDRNOTAVAIL || r == -ENODEV || r == -EPERM;
}

int apply_carry_out(int fd, const struct pin *pin, const struct facts *facts,
		    const struct verdict *verdict)
{
	struct move move = {.fd = fd,
			    .pin = pin,
			    .facts = *facts,
			    .verdict = *verdict,
			    .device = facts->device};
	return move_newborn(&move);
}

/* Can it have a peer, or a port that keeps it from being bound? A raw socket shows no port. */
static bool is_used(const struct move *move)
{
	return move->facts.local.port != 0 || move->facts.type == SOCK_RAW;
}

/* Would the verdict change what holds the socket? */
static bool changes_hold(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	return verdict->set_unicast || (verdict->drop_device && move->device != 0) ||
	       (verdict->set_device && verdict->device != move->device);
}

/*
 * Must the socket be let go of what it has before the verdict can be carried out? Its old peer as
 * well, should it stay connected there if the new connect fails.
 */
static bool needs_loosening(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	bool drops = verdict->drop_device && move->device != 0;
	if (verdict->error != 0 || !is_used(move))
		return false;
	if (verdict->rebind || verdict->choose_port || (drops && !verdict->replaces_peer))
		return true;
	return verdict->replaces_peer && changes_hold(move) && sys_is_connected(move->fd) != 0;
}

/* Has a socket without a device been let go of it for a peer on this host? */
static bool may_have_peer(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	return verdict->set_device && move->device == 0 && is_used(move) && !verdict->replaces_peer;
}

/* Judges once more, by a fact that the verdict asked for. */
static int judge_again(struct move *move)
{
	move->verdict = pin_on_call(move->call, move->pin, &move->facts, move->endpoint);
	return -move->verdict.error;
}

static int ask_peer(struct move *move)
{
	int r = sys_is_connected(move->fd);
	if (r >= 0)
		move->facts.is_connected = r > 0;
	return r < 0 ? r : 0;
}

static bool is_set(int fd, int option)
{
	int value = 0;
	return sys_get_number(fd, SOL_SOCKET, option, &value) == 0 && value != 0;
}

static int ask_ping(struct move *move)
{
	int protocol = 0;
	int r = sys_get_number(move->fd, SOL_SOCKET, SO_PROTOCOL, &protocol);
	bool is_icmp = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
	move->facts.is_ping = move->facts.type == SOCK_DGRAM && is_icmp;
	return r;
}

/* Would the datagrams go in a way that no ping socket of IPv6 takes? */
static bool minds_ping(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	bool opens = verdict->rebind && ip_equal(&verdict->source.ip, &IP_V6_WILDCARD);
	return opens || verdict->drops_name ||
	       (verdict->override && !ip_is_v4(&verdict->choice.source));
}

/*
 * A ping socket has an identifier in place of a port, and its birth, which binds, has given it one:
 * the program's own bind finds it as the kernel makes it.
 */
static int bind_ping(struct move *move)
{
	if (move->facts.local.port == 0 || sys_is_connected(move->fd) != 0)
		return 0;
	int r = ask_ping(move);
	if (r < 0 || !move->facts.is_ping)
		return r;
	r = move_disconnect(move);
	return r < 0 ? r : judge_again(move);
}

static int judge_datagram(struct move *move)
{
	int r = 0;
	if (move->is_bind && move->facts.type == SOCK_RAW)
		r = ask_peer(move);
	if (r < 0)
		return r;
	r = judge_again(move);
	if (r == 0 && minds_ping(move)) {
		r = ask_ping(move);
		if (r == 0 && move->facts.is_ping)
			r = judge_again(move);
	}
	if (move->is_bind)
		return r < 0 ? r : bind_ping(move);
	if (r == 0 && may_have_peer(move)) {
		r = ask_peer(move);
		r = r < 0 ? r : judge_again(move);
	}
	if (r < 0)
		return r;
	if (!needs_loosening(move))
		return 0;
	r = move_loosen(move);
	return r < 0 ? r : judge_again(move);
}

/*
 * A stream that has a peer already the kernel refuses to bind, connect or listen, and what it has
 * must stay. Whether one with a port can be bound anew only a bind tells: after connect(2) to
 * AF_UNSPEC it shows a port that it does not have any more.
 */
static int judge_stream(struct move *move)
{
	int r = move->facts.local.port == 0 ? 0 : ask_peer(move);
	if (r < 0)
		return r;
	r = judge_again(move);
	/* Nor is a listener, whose device root could take away. */
	bool is_changed = move->verdict.drop_device || r < 0;
	if (is_changed && move->facts.local.port != 0)
		move->facts.is_connected |= is_set(move->fd, SO_ACCEPTCONN);
	if (!move->facts.is_connected)
		return r;
	if (move->is_bind)
		return judge_again(move);
	move->verdict = (struct verdict){0};
	return 0;
}

static int carry_out(struct move *move)
{
	int r = move_carry_out(move);
	if (r != -EINVAL || move->facts.type != SOCK_STREAM || move->is_bind ||
	    !move->verdict.rebind)
		return r;
	move->facts.is_fixed = true;
	r = judge_again(move);
	if (r < 0 && is_set(move->fd, SO_ACCEPTCONN))
		return 0; /* the kernel refuses a listener's connect (EISCONN) */
	return r < 0 ? r : move_carry_out(move);
}

/* A socket that the program inherited was not born under the pin, and so has no mark yet. */
static int hold_mark(int fd, const struct pin *pin)
{
	if (!setting_is_given(&pin->settings, SETTING_MARK))
		return 0;
	return sys_set_number(fd, SOL_SOCKET, SO_MARK, (int)pin->settings.values[SETTING_MARK]);
}

static int judge_once(int fd, const struct pin *pin, const struct facts *facts, enum pin_call call,
		      const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct move move = {
		.fd = fd,
		.pin = pin,
		.call = call,
		.endpoint = endpoint,
		.facts = *facts,
		.device = facts->device,
		.is_bind = call == PIN_BIND || (call == PIN_LISTEN && facts->local.port == 0),
	};
	int r = hold_mark(fd, pin);
	if (r == 0)
		r = check_peer(&move);
	if (r == 0)
		r = call == PIN_CONNECT ? move_push_pending(&move) : 0;
	if (r == 0)
		r = facts->type == SOCK_STREAM ? judge_stream(&move) : judge_datagram(&move);
	if (r == 0)
		r = check_verdict(&move);
	if (r == 0)
		r = carry_out(&move);
	if (ret_verdict != NULL)
		*ret_verdict = move.verdict;
	return move_end(&move, r);
}

int apply_verdict(int fd, const struct pin *pin, const struct facts *facts, enum pin_call call,
		  const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct pin fresh;
	struct facts now;
	int r = judge_once(fd, pin, facts, call, endpoint, ret_verdict);
	if (!apply_is_stale(r) || pin_refresh(pin, &fresh) < 0 || facts_read(fd, &fresh, &now) < 0)
		return r;
	return judge_once(fd, &fresh, &now, call, endpoint, ret_verdict);
}

/* A connect for which IPV6_V6ONLY does not matter. */
static bool is_remote_v6(const struct pin *pin, enum pin_call call, const struct endpoint *peer)
{
	return call == PIN_CONNECT && !ip_is_v4(&peer->ip) &&
	       pin_reach(pin, &peer->ip) == REACH_REMOTE;
}

int apply_judgement(int fd, const struct pin *pin, enum pin_call call,
		    const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct facts facts;
	int r = sys_getsockname(fd, &facts.local);
	if (ret_verdict != NULL)
		*ret_verdict = (struct verdict){0};
	if (r == 0 && call == PIN_CONNECT &&
	    pin_connect_needs_no_facts(pin, &facts.local, endpoint))
		return 1;
	if (r == 0 && facts.local.family == AF_INET6 && !is_remote_v6(pin, call, endpoint))
		r = birth_settle(fd, pin, &facts.local);
	if (r == 0)
		r = facts_complete(fd, pin, &facts);
	if (facts_is_foreign(r))
		return 0;
	if (r == 0)
		r = apply_verdict(fd, pin, &facts, call, endpoint, ret_verdict);
	return r < 0 ? r : 1;
}

int apply_disconnect(int fd, const struct pin *pin)
{
	struct move move = {.fd = fd, .pin = pin};
	int r = facts_read(fd, pin, &move.facts);
	if (facts_is_foreign(r))
		return 0;
	/* An IPv6 stream that has had an IPv4 peer goes on sending to that one (ipv6_mapped). */
	bool is_mapped = r == 0 && move.facts.domain == AF_INET6 && ip_is_v4(&move.facts.local.ip);
	if (r == 0 && move.facts.type == SOCK_STREAM)
		return is_mapped && move.facts.local.port != 0 ? -EAFNOSUPPORT : 0;
	if (r < 0)
		return r;
	move.device = move.facts.device;
	r = move_disconnect(&move);
	if (r == 0) {
		r = move_hold(&move);
		if (move.verdict.error != 0) { /* it is disconnected, but sends no more */
			sys_shut(fd);
			r = 0;
		}
	}
	r = move_end(&move, r);
	return r < 0 ? r : 1;
}

int apply_reach(int fd, const struct pin *pin, const struct msghdr *message, enum reach *ret_reach)
{
	struct endpoint connected;
	*ret_reach = REACH_REMOTE;
	if (!control_names_choice(message))
		return 0;
	int r = sys_getpeername(fd, &connected);
	if (r == 0) {
		*ret_reach = pin_reach(pin, &connected.ip);
		return 0;
	}
	/* Of a peer without a port it tells nothing; from loopback there is but one. */
	if (r == -ENOTCONN)
		r = sys_getsockname(fd, &connected);
	if (r == 0 && ip_is_loopback(&connected.ip))
		*ret_reach = REACH_LOOPBACK;
	return facts_is_foreign(r) ? 0 : r;
}

bool apply_connect_by_local(int fd, const struct pin *pin, const struct endpoint *peer)
{
	struct facts facts = {.domain = peer->family};
	struct verdict verdict;
	if (pin->ifindex == 0 || sys_getsockname(fd, &facts.local) < 0 ||
	    !pin_connect_needs_local_only(pin, &facts.local, peer, &verdict))
		return false;
	return sys_get_number(fd, SOL_SOCKET, SO_TYPE, &facts.type) == 0 &&
	       facts.type == SOCK_STREAM && apply_carry_out(fd, pin, &facts, &verdict) == 0;
}
