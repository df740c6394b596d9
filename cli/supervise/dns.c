/* SPDX-License-Identifier: MIT */
/*
 * Resolvers compare the source of an answer with the server that they asked, so that this has to be
 * known when the answer is received. A socket is known by its cookie, which the kernel gives each
 * one once (SO_COOKIE): a descriptor may be duplicated or inherited, and its number be another's.
 * If the ring has forgotten a query, the program sees an answer from an unexpected address, drops
 * it and asks again.
 */
#include "supervise/dns.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "socket/sys.h"
#include "supervise/replace.h"

enum { DNS_PORT = 53, ASKED_MAX = 512 };

/* The latest of them, in a ring. */
static struct asked {
	uint64_t cookie; /* 0: none */
	int query;
	struct endpoint server;
} all[ASKED_MAX];
static size_t next;

bool dns_is_given(const struct pin *pin)
{
	return pin->dns_v4.port != 0 || pin->dns_v6.port != 0;
}

/* A ping or raw socket has no ports, whatever its peer's address says. */
static bool is_lookup(int fd, const struct facts *facts, const struct endpoint *peer)
{
	int protocol = IPPROTO_UDP;

	if (peer->port != DNS_PORT || facts->type == SOCK_RAW)
		return false;
	if (peer->family == AF_UNSPEC) /* of another socket no peer at all */
		return facts->domain == AF_INET && facts->type == SOCK_DGRAM;
	if (facts->type == SOCK_STREAM)
		return true;
	(void)sys_get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol); /* it is there since 2.6.32 */
	return protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE;
}

/* That of the socket's family or the peer's, if there are both. */
static const struct endpoint *server_for(const struct pin *pin, const struct facts *facts,
					 const struct endpoint *peer)
{
	bool wants_v4 = facts->domain == AF_INET || ip_is_v4(&peer->ip);

	if (pin->dns_v4.port == 0)
		return &pin->dns_v6;
	return wants_v4 || pin->dns_v6.port == 0 ? &pin->dns_v4 : &pin->dns_v6;
}

/* An IPv6 socket reaches IPv4 too, but for one that is bound to its own family. */
static int make_able(const struct pin *pin, const struct call *call, int *fd, struct facts *facts,
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
	return replace_socket(pin, call, server->family, fd, facts);
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) < 0)
		return 0;
	return cookie;
}

static void remember(int fd, int query, const struct endpoint *server)
{
	all[next] = (struct asked){.cookie = cookie_of(fd), .query = query, .server = *server};
	if (server->family == AF_UNSPEC)
		all[next].server.family = AF_INET;
	next = (next + 1) % ASKED_MAX;
}

int dns_redirect(const struct pin *pin, const struct call *call, int *fd, struct facts *facts,
		 struct caller_address *address, int query)
{
	const struct endpoint asked = address->endpoint;

	if (!dns_is_given(pin) || address->result < 0 || !is_lookup(*fd, facts, &asked))
		return 0;
	const struct endpoint *server = server_for(pin, facts, &asked);
	int r = make_able(pin, call, fd, facts, server);
	if (r < 0)
		return r;
	if (facts->type != SOCK_STREAM)
		remember(*fd, query, &asked);
	address->endpoint = *server;
	address->endpoint.family = facts->domain;
	address->length = endpoint_write(&address->endpoint, &address->bytes);
	return 0;
}

/* The latest of this query, else the latest of the socket. */
static const struct asked *find(int fd, int query)
{
	const struct asked *found = NULL;
	uint64_t cookie = cookie_of(fd);

	for (size_t i = 1; cookie != 0 && i <= ASKED_MAX; i++) {
		const struct asked *asked = &all[(next + ASKED_MAX - i) % ASKED_MAX];

		if (asked->cookie != cookie)
			continue;
		if (asked->query == query)
			return asked;
		if (!found)
			found = asked;
	}
	return found;
}

bool dns_has_asked(int fd)
{
	return find(fd, DNS_ANY_QUERY) != NULL;
}

bool dns_any_asked(void)
{
	return all[0].cookie != 0;
}

static bool is_at(const struct endpoint *server, const struct endpoint *source)
{
	return server->port != 0 && server->port == source->port &&
	       ip_equal(&server->ip, &source->ip);
}

bool dns_restore(const struct pin *pin, int fd, int query, struct endpoint *source)
{
	if (!is_at(&pin->dns_v4, source) && !is_at(&pin->dns_v6, source))
		return false;
	const struct asked *asked = find(fd, query);
	if (asked)
		*source = asked->server;
	return asked != NULL;
}

int dns_query(const unsigned char *data, size_t size)
{
	return size < 2 ? DNS_ANY_QUERY : data[0] << 8 | data[1];
}

/* glibc's modules that ask systemd-resolved and nscd; without these it asks by itself. */
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
