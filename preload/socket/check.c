/* SPDX-License-Identifier: MIT */
/* Finds out whether this host has an address now, by binding a socket of our own to it. */
#include "socket/check.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "socket/sys.h"

/* Returns what bind(2) returns for a new datagram socket. */
static int try_bind(const struct endpoint *endpoint)
{
	int fd = sys_socket(endpoint->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	int r = sys_bind(fd, endpoint);
	sys_close(fd);
	return r;
}

/* Is ip an address of this host? Returns 1, 0, or -errno if that cannot be found out. */
static int is_local(const struct ip *ip)
{
	struct endpoint endpoint = {.ip = *ip, .family = ip_is_v4(ip) ? AF_INET : AF_INET6};
	int r = try_bind(&endpoint);
	if (r == -EADDRNOTAVAIL)
		return 0;
	return r == 0 || r == -EINVAL ? 1 : r; /* EINVAL: a link-local address without its scope */
}

/*
 * Returns -EADDRNOTAVAIL if this host does not have the address, or another -errno if that cannot
 * be found out. Returns 0 if the host has it or if the kernel refuses it for another reason, which
 * the program's own bind will tell.
 */
static int check_local(const struct endpoint *endpoint)
{
	struct endpoint tried = *endpoint;
	if (tried.port >= IPPORT_RESERVED) /* such a port may be in use */
		tried.port = 0;
	int r = try_bind(&tried);
	return r == -EADDRNOTAVAIL || r == -EMFILE || r == -ENFILE || r == -ENOMEM ? r : 0;
}

/*
 * Has the interface an address from which the kernel sends to peer? If not, the kernel takes an
 * address of another interface. A link-local one does not count for a peer elsewhere.
 */
static int check_live(const struct pin *pin, const struct ip *peer)
{
	const struct ip *pinned = &pin_source_for(pin, peer)->ip;
	bool is_narrow = ip_is_scoped(pinned) && !ip_is_link_local(peer) && !ip_is_multicast(peer);
	int r = is_narrow ? 0 : is_local(pinned);
	return r == 0 ? -EADDRNOTAVAIL : r;
}

/*
 * Does the kernel look at the address that a bind asks for? For an IPv6 socket it does so only if
 * the socket has no port (fact 30). A stream without a peer may show a port that is gone (fact 28).
 */
static bool looks_at_address(const struct move *move)
{
	struct endpoint peer;
	bool is_stream = move->facts.type == SOCK_STREAM;
	return move->facts.local.port == 0 || move->facts.domain == AF_INET ||
	       (is_stream && sys_getpeername(move->fd, &peer) == -ENOTCONN);
}

bool check_source(const struct pin_source *source)
{
	struct endpoint endpoint = {.ip = source->ip,
				    .family = ip_is_v4(&source->ip) ? AF_INET : AF_INET6,
				    .scope = source->scope};
	return try_bind(&endpoint) != -EADDRNOTAVAIL;
}

int check_verdict(const struct move *move)
{
	const struct endpoint *endpoint = move->endpoint;
	const struct verdict *verdict = &move->verdict;
	bool is_looked_at = move->call == PIN_BIND && looks_at_address(move);
	bool is_replaced = verdict->rebind && is_looked_at && !ip_is_wildcard(&endpoint->ip) &&
			   !ip_equal(&verdict->source.ip, &endpoint->ip);
	int r = verdict->needs_live_pin ? check_live(move->pin, &endpoint->ip) : 0;
	if (r < 0)
		return r;
	/* The pin replaces only addresses of this host. Any other fails, as it would anyway. */
	return is_replaced ? check_local(endpoint) : 0;
}

int check_peer(struct move *move)
{
	bool has_peer = move->call == PIN_CONNECT || move->call == PIN_SEND;
	const struct ip *ip = has_peer ? &move->endpoint->ip : NULL;
	bool is_own = has_peer && pin_reach(move->pin, ip, 0) == REACH_OWN &&
		      pin_minds_own(move->pin, ip);
	int r = is_own ? is_local(ip) : 1;
	move->facts.is_peer_gone = r == 0;
	return r < 0 ? r : 0;
}
