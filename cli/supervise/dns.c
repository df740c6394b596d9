/* SPDX-License-Identifier: MIT */
/*
 * Sends lookups to the user's server, and remembers which server the program asked: a resolver
 * compares the source of an answer with it, and drops the answer if they differ. A socket is
 * remembered by its cookie, which the kernel gives each socket once (SO_COOKIE), and not by its
 * descriptor, which may be duplicated, inherited, or closed and opened again. If the ring has
 * forgotten a query, the resolver drops the answer and asks again.
 */
#include "supervise/dns.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "socket/sys.h"
#include "supervise/replace.h"
#include "supervise/supervisor.h"

enum { DNS_PORT = 53 };

bool dns_is_given(const struct pin *pin)
{
	return pin->dns_v4.port != 0 || pin->dns_v6.port != 0;
}

/* A peer's port says nothing on a ping or raw socket, which has no ports. */
static bool is_lookup(int fd, const struct facts *facts, const struct endpoint *peer)
{
	int protocol = IPPROTO_UDP;

	if (peer->port != DNS_PORT || facts->type == SOCK_RAW)
		return false;
	if (peer->family == AF_UNSPEC) /* other sockets take that for no peer at all */
		return facts->domain == AF_INET && facts->type == SOCK_DGRAM;
	if (facts->type == SOCK_STREAM)
		return true;
	(void)sys_get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol); /* since Linux 2.6.32 */
	return protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE;
}

/* If both servers are given: that of the socket's family, or for a dual-stack one of the peer's. */
static const struct endpoint *server_for(const struct pin *pin, const struct facts *facts,
					 const struct endpoint *peer)
{
	bool wants_v4 = facts->domain == AF_INET || ip_is_v4(&peer->ip);

	if (pin->dns_v4.port == 0)
		return &pin->dns_v6;
	return wants_v4 || pin->dns_v6.port == 0 ? &pin->dns_v4 : &pin->dns_v6;
}

/*
 * Makes the socket one that can reach the server. An IPv6 socket can reach IPv4 too, unless it is
 * bound to an IPv6 address. Any other socket of the wrong family is replaced.
 */
static int make_able(const struct call *call, int *fd, struct facts *facts,
		     const struct endpoint *server)
{
	bool is_bound = facts->local.port != 0 && !ip_is_wildcard(&facts->local.ip);

	if (facts->domain == server->family)
		return 0;
	if (facts->domain == AF_INET6 && !(is_bound && !ip_is_v4(&facts->local.ip))) {
		if (facts->v6only)
			facts->v6only = sys_set_number(*fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) < 0;
		if (!facts->v6only)
			return 0;
	}
	return replace_socket(call, server->family, fd, facts);
}

static void remember(struct dns_queries *queries, int fd, int identifier,
		     const struct endpoint *server)
{
	struct dns_query *query = &queries->all[queries->next];

	*query = (struct dns_query){
		.cookie = sys_cookie(fd), .identifier = identifier, .server = *server};
	if (server->family == AF_UNSPEC)
		query->server.family = AF_INET;
	queries->next = (queries->next + 1) % DNS_QUERIES_MAX;
}

int dns_redirect(const struct call *call, int *fd, struct facts *facts,
		 struct caller_address *address, int identifier)
{
	const struct pin *pin = call_pin(call);
	const struct endpoint asked = address->endpoint;

	if (!dns_is_given(pin) || address->result < 0 || !is_lookup(*fd, facts, &asked))
		return 0;
	const struct endpoint *server = server_for(pin, facts, &asked);
	int r = make_able(call, fd, facts, server);
	if (r < 0)
		return r;
	if (facts->type != SOCK_STREAM)
		remember(&call->supervisor->dns, *fd, identifier, &asked);
	address->endpoint = *server;
	address->endpoint.family = facts->domain;
	address->length = endpoint_write(&address->endpoint, &address->bytes);
	return 0;
}

/* The latest query of this socket with this identifier, else the latest of the socket. */
static const struct dns_query *find(const struct dns_queries *queries, int fd, int identifier)
{
	const struct dns_query *found = NULL;
	uint64_t cookie = sys_cookie(fd);

	for (size_t i = 1; cookie != 0 && i <= DNS_QUERIES_MAX; i++) {
		size_t at = (queries->next + DNS_QUERIES_MAX - i) % DNS_QUERIES_MAX;
		const struct dns_query *query = &queries->all[at];

		if (query->cookie != cookie)
			continue;
		if (query->identifier == identifier)
			return query;
		if (!found)
			found = query;
	}
	return found;
}

bool dns_has_asked(const struct call *call, int fd)
{
	return find(&call->supervisor->dns, fd, DNS_ANY_QUERY);
}

bool dns_any_asked(const struct call *call)
{
	return call->supervisor->dns.all[0].cookie != 0;
}

static bool is_at(const struct endpoint *server, const struct endpoint *source)
{
	return server->port != 0 && server->port == source->port &&
	       ip_equal(&server->ip, &source->ip);
}

bool dns_restore(const struct call *call, int fd, int identifier, struct endpoint *source)
{
	const struct pin *pin = call_pin(call);

	if (!is_at(&pin->dns_v4, source) && !is_at(&pin->dns_v6, source))
		return false;
	const struct dns_query *query = find(&call->supervisor->dns, fd, identifier);
	if (query)
		*source = query->server;
	return query;
}

int dns_identifier(const unsigned char *data, size_t size)
{
	return size < 2 ? DNS_ANY_QUERY : data[0] << 8 | data[1];
}

/*
 * glibc asks systemd-resolved and nscd at these addresses. If it finds nobody there, it asks a
 * server itself.
 */
bool dns_is_service(const struct caller_address *address)
{
	static const char *const services[] = {
		"/run/systemd/resolve/io.systemd.Resolve",
		"/var/run/systemd/resolve/io.systemd.Resolve",
		"/run/nscd/socket",
		"/var/run/nscd/socket",
	};
	const char *path = (const char *)&address->bytes + offsetof(struct sockaddr_un, sun_path);

	if (address->bytes.ss_family != AF_UNIX || address->length < sizeof(sa_family_t))
		return false;
	size_t length = strnlen(path, address->length - offsetof(struct sockaddr_un, sun_path));
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (length == strlen(services[i]) && memcmp(path, services[i], length) == 0)
			return true;
	return false;
}
