/* SPDX-License-Identifier: MIT */
/*
 * Binds a socket to its source address, and to a port only if it must. The kernel then chooses the
 * port at connect, so that one address has a whole range of ports towards each peer (fact 1).
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "socket/birth.h"
#include "socket/move.h"
#include "socket/sys.h"
#include "socket/tuple.h"

/*
 * Binds without taking a port. IP_BIND_ADDRESS_NO_PORT is set back at once, so that the program's
 * own bind works as the kernel has it. Only a stream may keep it on, to have it set back later
 * (birth.h). But if it is bound to IPv6 after its birth it may not, or birth_settle() would take it
 * for a fresh one.
 */
static int bind_portless(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	if (move->facts.type == SOCK_RAW) /* it has no ports, and over IPv6 no such option */
		return sys_bind(move->fd, &verdict->source);
	int r = sys_set_number(move->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (r < 0)
		return r;
	r = sys_bind(move->fd, &verdict->source);
	bool is_left = verdict->is_birth || ip_is_v4(&verdict->source.ip);
	if (r == 0 && is_left && move->facts.type == SOCK_STREAM)
		return 0;
	int off = sys_set_number(move->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
	return r < 0 ? r : off;
}

/*
 * Binds to the port that the kernel chose before, in such a way that the port remains the kernel's
 * choice: a range of one port (fact 3). If the port were asked for by its number, the socket could
 * never give it up again (SOCK_BINDPORT_LOCK). Returns false if the port is taken or the kernel
 * does not know the option; any other port will do then.
 */
static bool bind_same_port(const struct move *move)
{
	const struct pin *pin = move->pin;
	uint16_t low = pin->ports_by_kernel ? pin->port_low : 0;
	uint16_t high = pin->ports_by_kernel ? pin->port_high : 0;
	if (move->port == 0 || birth_confine_ports(move->fd, move->port, move->port) < 0)
		return false;
	bool is_bound = sys_bind(move->fd, &move->verdict.source) == 0;
	int r = birth_confine_ports(move->fd, low, high);
	return is_bound && r == 0;
}

/*
 * When an IPv6 address is bound, the kernel switches IPV6_V6ONLY on. While it is on, the kernel
 * refuses to bind a v4-mapped address (net.ipv6.bindv6only may have set it). So it is switched off
 * before and set back behind, unless the birth of a stream leaves that for later. Once the socket
 * has a port, it cannot be changed any more.
 */
int move_bind_portless(const struct move *move)
{
	const struct facts *facts = &move->facts;
	const struct ip *ip = &move->verdict.source.ip;
	bool is_mapped = ip_is_v4(ip);
	bool is_both = facts->domain == AF_INET6 && facts->type != SOCK_RAW; /* raw: IPv6 only */
	bool stays = move->verdict.is_birth && move->pin->leaves_v6only && !is_mapped;
	bool forces = is_both && !stays && !ip_is_wildcard(ip) && is_mapped == facts->v6only;
	int r = 0;
	if (is_both && is_mapped && facts->v6only)
		r = sys_set_number(move->fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	if (r == 0 && !forces && bind_same_port(move))
		return 0;
	if (r == 0)
		r = bind_portless(move);
	if (r == 0 && forces)
		r = sys_set_number(move->fd, IPPROTO_IPV6, IPV6_V6ONLY, facts->v6only);
	return r;
}

/* A question: which ports of local have a connection to the peer already? */
struct taken {
	int diag; /* from tuple_open() */
	struct endpoint local;
	const struct endpoint *peer;
	unsigned int device;
};

/* taken is NULL if any port will do. */
static bool is_taken(struct taken *taken, uint16_t port)
{
	if (!taken)
		return false;
	taken->local.port = port;
	return tuple_is_taken(taken->diag, &taken->local, taken->peer, taken->device);
}

/* Tries each port of the range once, from a random one on. Returns -EADDRINUSE if all are taken. */
static int bind_in_range(const struct move *move, const struct endpoint *source,
			 struct taken *taken)
{
	const struct pin *pin = move->pin;
	unsigned int count = pin->port_high - pin->port_low + 1U;
	unsigned int start = sys_random() % count;
	int r = -EADDRINUSE;
	for (unsigned int i = 0; i < count && r == -EADDRINUSE; i++) {
		struct endpoint at = *source;
		at.port = (uint16_t)(pin->port_low + (start + i) % count);
		if (!is_taken(taken, at.port))
			r = sys_bind(move->fd, &at);
	}
	return r;
}

/* Binds to a port that other sockets may have, but none that has the peer of this connect. */
static int bind_to_shared(const struct move *move, const struct endpoint *source)
{
	struct taken taken = {tuple_open(), *source, move->endpoint, move->pin->ifindex};
	if (ip_is_wildcard(&source->ip)) /* if that fails, no port counts as taken */
		(void)tuple_source(move->endpoint, &taken.local);
	int r = bind_in_range(move, source, taken.diag < 0 ? NULL : &taken);
	if (taken.diag >= 0)
		sys_close(taken.diag);
	return r;
}

/*
 * Binds to a free port if there is one. Otherwise it shares a port that is in TIME_WAIT or
 * connected to another peer, as the kernel does when it chooses. All sockets that share a port need
 * SO_REUSEADDR for that, and so keep it. Two threads may still choose the same port for one peer;
 * the second one's connect(2) then fails with EADDRNOTAVAIL.
 */
static int bind_in_shared_range(const struct move *move, const struct endpoint *source)
{
	int r = bind_in_range(move, source, NULL);
	int on = 0;
	if (r == 0 || r == -EADDRINUSE)
		on = sys_set_number(move->fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (r == -EADDRINUSE && on == 0)
		r = bind_to_shared(move, source);
	return r < 0 ? r : on;
}

static int bind_asked(const struct move *move)
{
	const struct endpoint *asked = &move->verdict.source;
	int r = 0;
	if (move->verdict.choose_port)
		return bind_in_range(move, asked, NULL);
	/* A stream may show a port that is gone (fact 28), and still have the option on. */
	bool shows_port = move->facts.type == SOCK_STREAM && move->facts.local.port != 0;
	if (asked->port == 0 && (pin_took_no_port(&move->facts) || shows_port))
		r = sys_set_number(move->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
	return r < 0 ? r : sys_bind(move->fd, asked);
}

int move_bind(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	if (!verdict->rebind && !verdict->choose_port)
		return 0;
	if (move->is_bind)
		return bind_asked(move);
	if (!verdict->choose_port)
		return move_bind_portless(move);
	struct endpoint source = verdict->rebind ? verdict->source : move->facts.local;
	int r = verdict->share_ports ? bind_in_shared_range(move, &source)
				     : bind_in_range(move, &source, NULL);
	return r == -EADDRINUSE ? -EADDRNOTAVAIL : r;
}
