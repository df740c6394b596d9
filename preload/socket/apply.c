/* SPDX-License-Identifier: MIT */
/*
 * Takes a call on a descriptor to its verdict, and hands that to move.c. Some facts cost a system
 * call of their own. They are asked for only if a verdict depends on them, and then the verdict is
 * given again.
 */
#include "socket/apply.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pin/control.h"
#include "pin/hold.h"
#include "socket/birth.h"
#include "socket/check.h"
#include "socket/facts.h"
#include "socket/move.h"
#include "socket/pool.h"
#include "socket/refresh.h"
#include "socket/sys.h"

bool apply_is_stale(int r)
{
	/* EPERM: the socket has a device already, whose index the pin does not know. */
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

/* Can the socket have a peer, or a port that keeps it from being bound? A raw one shows no port. */
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
 * Must the socket lose what it has before the verdict can be carried out? It must lose even a peer
 * that this connect replaces, if the verdict changes what holds the socket: if the connect failed,
 * the socket would stay connected to that peer.
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

/* May the socket have a peer on this host, for which it was let go of its device? */
static bool may_have_peer(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	return verdict->set_device && move->device == 0 && is_used(move) && !verdict->replaces_peer;
}

/* Judges the call once more, with a fact that the verdict turned out to depend on. */
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

static int read_ping(int fd, struct facts *facts)
{
	int protocol = 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol);
	bool is_icmp = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
	facts->is_ping = facts->type == SOCK_DGRAM && is_icmp;
	return r;
}

/* Did the peer's port let the socket go? What a ping socket calls its peer's port says nothing. */
static bool is_let_go_by_port(const struct move *move)
{
	const struct endpoint *peer = move->endpoint;
	return move->pin->minds_ports && move->verdict.reach == REACH_EXCLUDED &&
	       pin_reach(move->pin, &peer->ip, 0) != REACH_EXCLUDED;
}

/* Would the datagram go in a way that is wrong for a ping socket, or that IPv6's does not take? */
static bool minds_ping(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	bool opens = verdict->rebind && ip_equal(&verdict->source.ip, &IP_V6_WILDCARD);
	return opens || verdict->drops_name || is_let_go_by_port(move) ||
	       (verdict->override && !ip_is_v4(&verdict->choice.source));
}

/*
 * Disconnects a ping socket before its program binds it. A ping socket has an identifier in place
 * of a port, and got one when its birth bound it. The program's bind must find it without, as the
 * kernel makes it.
 */
static int bind_ping(struct move *move)
{
	if (move->facts.local.port == 0 || sys_is_connected(move->fd) != 0)
		return 0;
	int r = read_ping(move->fd, &move->facts);
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
		r = read_ping(move->fd, &move->facts);
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
 * The kernel refuses to bind or connect a stream that has a peer, or to have it listen, and such a
 * stream must stay as it is. If a stream has a port but no peer, only a bind tells whether it can
 * be bound again: after connect(2) to AF_UNSPEC it shows a port that it no longer has (fact 28).
 */
static int judge_stream(struct move *move)
{
	int r = move->facts.local.port == 0 ? 0 : ask_peer(move);
	if (r < 0)
		return r;
	r = judge_again(move);
	/* A listener must stay as it is, too; root could take its device away. */
	bool is_changed = move->verdict.drop_device || r < 0;
	bool is_listener =
		is_changed && move->facts.local.port != 0 && is_set(move->fd, SO_ACCEPTCONN);
	move->facts.is_connected |= is_listener;
	/* One that the program inherited may not even go on to listen for a family that is refused. */
	bool is_refused = is_listener && r < 0 && move->call == PIN_LISTEN;
	if (!move->facts.is_connected || is_refused)
		return r;
	if (move->is_bind)
		return judge_again(move);
	move->verdict = (struct verdict){0};
	return 0;
}

/*
 * Takes from a stream the port that the kernel chose at its bind, so that it can be bound again.
 * Such a port goes when a listener stops to listen (fact 40). If the kernel accepts a connection in
 * between, it resets that.
 */
static bool loses_port(struct move *move)
{
	if (!move->pin->keeps_listeners || is_set(move->fd, SO_ACCEPTCONN) ||
	    sys_listen(move->fd) < 0)
		return false;
	move->port = move->facts.local.port;
	return sys_disconnect(move->fd) == 0;
}

static int carry_out(struct move *move)
{
	int r = move_carry_out(move);
	if (r != -EINVAL || move->facts.type != SOCK_STREAM || move->is_bind ||
	    !move->verdict.rebind)
		return r;
	if (loses_port(move))
		r = move_carry_out(move);
	if (r != -EINVAL)
		return r;
	move->facts.is_fixed = true;
	r = judge_again(move);
	if (r < 0 && is_set(move->fd, SO_ACCEPTCONN))
		return 0; /* the kernel refuses a listener's connect (EISCONN) */
	return r < 0 ? r : move_carry_out(move);
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
	int r = birth_complete(fd, pin, &move.facts);
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

/* Was the scope of another link refused, which may be that of the interface as it was made again? */
static bool is_other_link(const struct pin *pin, const struct endpoint *endpoint, int r)
{
	return r < 0 && endpoint && hold_is_other_link(pin, endpoint);
}

int apply_verdict(int fd, const struct pin *pin, const struct facts *facts, enum pin_call call,
		  const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct pin chosen, fresh;
	struct facts now;
	int r = pool_for(fd, &pin, facts, call, endpoint, &chosen);
	if (r == 0)
		r = judge_once(fd, pin, facts, call, endpoint, ret_verdict);
	bool may_be_stale = apply_is_stale(r) || is_other_link(pin, endpoint, r);
	if (!may_be_stale || pin_refresh(pin, &fresh) < 0 || facts_read(fd, &fresh, &now) < 0)
		return r;
	return judge_once(fd, &fresh, &now, call, endpoint, ret_verdict);
}

/* Is it a connect to a remote IPv6 peer, for which IPV6_V6ONLY does not matter? */
static bool is_remote_v6(const struct pin *pin, enum pin_call call, const struct endpoint *peer)
{
	return call == PIN_CONNECT && !ip_is_v4(&peer->ip) &&
	       pin_reach(pin, &peer->ip, peer->port) == REACH_REMOTE;
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
	struct pin chosen;
	struct move move = {.fd = fd, .pin = pin};
	int r = facts_read(fd, pin, &move.facts);
	if (facts_is_foreign(r))
		return 0;
	if (r == 0)
		r = pool_for(fd, &move.pin, &move.facts, PIN_LISTEN, NULL, &chosen);
	/* An IPv6 stream that has had an IPv4 peer goes on sending to that one (fact 26). */
	bool is_mapped = r == 0 && move.facts.domain == AF_INET6 && ip_is_v4(&move.facts.local.ip);
	if (r == 0 && move.facts.type == SOCK_STREAM)
		return is_mapped && move.facts.local.port != 0 ? -EAFNOSUPPORT : 0;
	if (r == 0)
		r = birth_complete(fd, pin, &move.facts);
	if (r < 0)
		return r;
	move.device = move.facts.device;
	r = move_disconnect(&move);
	if (r == 0) {
		r = move_hold(&move);
		if (move.verdict.error != 0) { /* it is disconnected but cannot be held: shut it */
			sys_shut(fd);
			r = 0;
		}
	}
	r = move_end(&move, r);
	return r < 0 ? r : 1;
}

/* Has the socket ports? If that cannot be found out, it counts as one that has none. */
static bool has_ports(int fd)
{
	struct facts facts = {0};
	return sys_get_number(fd, SOL_SOCKET, SO_TYPE, &facts.type) == 0 &&
	       facts.type != SOCK_RAW && read_ping(fd, &facts) == 0 && !facts.is_ping;
}

int apply_reach(int fd, const struct pin *pin, const struct msghdr *message, enum reach *ret_reach)
{
	struct endpoint connected;
	*ret_reach = REACH_REMOTE;
	if (!control_names_choice(message))
		return 0;
	int r = sys_getpeername(fd, &connected);
	if (r == 0) {
		bool counts = !pin->minds_ports || has_ports(fd);
		*ret_reach = pin_reach(pin, &connected.ip, counts ? connected.port : 0);
		return 0;
	}
	/*
	 * A peer without a port does not show (fact 27), but from loopback there is only loopback.
	 */
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
	if (pin->ifindex == 0 || pin->member_count > 0 || sys_getsockname(fd, &facts.local) < 0 ||
	    !pin_connect_needs_local_only(pin, &facts.local, peer, &verdict))
		return false;
	return sys_get_number(fd, SOL_SOCKET, SO_TYPE, &facts.type) == 0 &&
	       facts.type == SOCK_STREAM && apply_carry_out(fd, pin, &facts, &verdict) == 0;
}
