/* SPDX-License-Identifier: MIT */
/*
 * What bind(2) and listen(2) become. A wildcard and an address of another interface become the
 * pin's. Loopback and a group's address stay, held so that nothing leaves by another way.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "pin/pin.h"

/* Returns the source to which a bind of the wildcard goes instead. PIN_ANY: the wildcard itself. */
static struct pin_source wildcard_source(const struct pin *pin, const struct facts *facts,
					 const struct endpoint *asked)
{
	const struct pin_source *source = pin_source_for(pin, &asked->ip);
	bool is_both = facts->domain == AF_INET6 && !facts->v6only;
	bool is_dual = is_both && pin_has_both(pin);
	/* Only a wildcard hears groups and broadcasts. The device holds what the socket sends. */
	bool hears = facts->type == SOCK_DGRAM && asked->port != 0 && source->mode == PIN_ADDRESS;

	if (pin->follows && (is_dual || (hears && !is_both)))
		return (struct pin_source){.mode = PIN_ANY};
	/* A datagram socket of both families names its source with each datagram. */
	if (pin->ifindex == 0 && hold_is_dual(pin, facts))
		return (struct pin_source){.mode = PIN_ANY};
	if (is_both && source->mode == PIN_REFUSED)
		return pin->v4;
	return *source;
}

/*
 * A stream sends nothing before connect or listen, and those can still set the device, or leave it
 * away for a peer on this host (fact 6). But if the program binds the wildcard with a port of its
 * choice, the bind sets the device, because the kernel decides by it whether another listener has
 * that port already.
 */
static void hold_bound(const struct pin *pin, const struct facts *facts, struct verdict *verdict)
{
	bool is_open = ip_is_wildcard(&verdict->source.ip) && verdict->source.port != 0;
	if (facts->type != SOCK_STREAM || is_open)
		hold_pin(pin, facts, HOLD_CONNECTED, verdict);
}

static struct verdict bind_wildcard(const struct pin *pin, const struct facts *facts,
				    const struct endpoint *asked)
{
	struct pin_source source = wildcard_source(pin, facts, asked);
	struct verdict verdict = {.rebind = true, .source = *asked};
	bool is_v6 = facts->domain == AF_INET6;
	switch (source.mode) {
	case PIN_ADDRESS:
		verdict.source.ip = source.ip;
		verdict.source.scope = source.scope;
		break;
	case PIN_REFUSED: /* as on a host that has this family only on loopback */
		verdict.source.ip = ip_is_v4(&asked->ip) ? IP_V4_LOOPBACK : IP_V6_LOOPBACK;
		hold_loopback(pin, facts, &verdict);
		return verdict;
	case PIN_ANY:
		if (is_v6 && pin->v6.mode == PIN_REFUSED)
			verdict.source.ip = IP_V4_WILDCARD;
		/* A unicast interface of the program's would decide about the source, too. */
		verdict.set_unicast = verdict.set_unicast_v6 =
			pin->ifindex == 0 && hold_is_dual(pin, facts);
		break;
	}
	hold_bound(pin, facts, &verdict);
	return verdict;
}

/*
 * A socket on a group's address has no source of its own. Unless a device holds it, what it sends
 * to one host ends on lo, and each datagram to a group names its source (datagram.c).
 */
static struct verdict bind_group(const struct pin *pin, const struct facts *facts,
				 const struct endpoint *asked)
{
	struct verdict verdict = {.rebind = true, .source = *asked};
	/*
	 * An IPv6 socket keeps the source that it had, so one on loopback would send from there. If
	 * no interface is pinned, only the unicast interface (lo) holds the socket, and a device of
	 * the program's own would override that.
	 */
	if (pin_source_for(pin, &asked->ip)->mode == PIN_REFUSED || hold_is_away(pin, facts) ||
	    ip_is_loopback(&facts->local.ip))
		verdict.error = EADDRNOTAVAIL;
	else if (hold_keeps_group(pin, facts))
		hold_pin(pin, facts, HOLD_CONNECTED, &verdict);
	else if (pin_source_for(pin, &asked->ip)->mode == PIN_ADDRESS)
		hold_to_lo(facts, &verdict);
	return verdict;
}

static struct verdict bind_address(const struct pin *pin, const struct facts *facts,
				   const struct endpoint *asked)
{
	struct verdict verdict = {.rebind = true, .source = *asked};
	const struct pin_source *source = pin_source_for(pin, &asked->ip);
	if (source->mode == PIN_REFUSED)
		return (struct verdict){.error = EADDRNOTAVAIL};
	if (source->mode == PIN_ADDRESS && !pin_owns(pin, &asked->ip)) {
		verdict.source.ip = source->ip;
		verdict.source.scope = source->scope;
	}
	hold_bound(pin, facts, &verdict);
	return verdict;
}

/* The verdict by the kind of address that the program asks for. The socket has no port yet. */
static struct verdict bind_asked(const struct pin *pin, const struct facts *facts,
				 const struct endpoint *asked)
{
	struct verdict verdict = {.rebind = true, .source = *asked};
	if (ip_is_multicast(&asked->ip))
		return bind_group(pin, facts, asked);
	if (ip_equal(&asked->ip, &IP_V6_WILDCARD) || ip_equal(&asked->ip, &IP_V4_WILDCARD))
		return bind_wildcard(pin, facts, asked);
	if (!ip_is_loopback(&asked->ip) || pin_is_by_device(pin))
		return bind_address(pin, facts, asked);
	hold_loopback(pin, facts, &verdict);
	return verdict;
}

/*
 * Does the stream keep the address that the program asks for, so that it can listen there? If it
 * connects instead, it keeps its port and can no longer be bound: pin_on_connect() lets it go to
 * remote peers if the address is the pin's, or if the device makes the kernel choose one of those.
 */
static bool is_kept(const struct pin *pin, const struct facts *facts, const struct ip *ip)
{
	return pin->keeps_listeners && facts->type == SOCK_STREAM && !ip_is_multicast(ip);
}

/* Does the kernel refuse this bind of an IPv6 socket before it looks at the address (fact 30)? */
static bool is_refused_first(const struct facts *facts, const struct endpoint *asked, bool has_port)
{
	bool is_group = ip_is_multicast(&asked->ip) && !ip_is_v4(&asked->ip);
	return facts->domain == AF_INET6 && (has_port || (is_group && facts->type == SOCK_STREAM));
}

struct verdict pin_on_bind(const struct pin *pin, const struct facts *facts,
			   const struct endpoint *asked)
{
	struct verdict verdict = {.rebind = true, .source = *asked};
	if (asked->family != facts->domain) {
		/* The kernel refuses it, except for a raw IPv4 socket (raw_bind()). */
		verdict.error = facts->type == SOCK_RAW ? EAFNOSUPPORT : 0;
		return verdict;
	}
	/* The kernel says so, too. We say it first, so that nothing is changed in vain. */
	if (facts->v6only && ip_is_v4(&asked->ip) && facts->domain == AF_INET6 &&
	    facts->type != SOCK_RAW)
		return (struct verdict){.error = EINVAL};
	if (!is_kept(pin, facts, &asked->ip))
		verdict = bind_asked(pin, facts, asked);
	if (hold_is_other_link(pin, asked) &&
	    !is_kept(pin, facts, &asked->ip)) /* say what the kernel says if that link is down */
		verdict = (struct verdict){.error = ip_is_multicast(&asked->ip) ? ENODEV
										: EADDRNOTAVAIL};
	/* The kernel refuses to bind a socket that has a port (EINVAL). So the socket stays as it is. */
	bool has_port =
		facts->is_connected || (facts->local.port != 0 && facts->type != SOCK_STREAM);
	if (verdict.error != 0 && is_refused_first(facts, asked, has_port))
		verdict.error = EINVAL;
	if (has_port && verdict.error == 0) {
		verdict.source.scope = 0; /* the kernel would make it the device, and then refuse */
		return (struct verdict){.rebind = true, .source = verdict.source};
	}
	verdict.choose_port =
		asked->port == 0 && verdict.error == 0 && hold_ports_one_by_one(pin, facts);
	return verdict;
}

/*
 * Would the listener serve a family that the pin refuses? Its port is set, so it cannot be bound
 * again. The program has inherited such a socket, or has connected it within this host.
 */
static bool serves_refused(const struct pin *pin, const struct facts *facts)
{
	const struct ip *local = &facts->local.ip;
	if (facts->local.port == 0 || ip_is_loopback(local))
		return false;
	return pin_source_for(pin, local)->mode == PIN_REFUSED ||
	       (pin->v4.mode == PIN_REFUSED && pin_is_dual(facts));
}

struct verdict pin_on_listen(const struct pin *pin, const struct facts *facts)
{
	struct verdict verdict = {0};
	struct endpoint wildcard = {
		.family = facts->domain,
		.ip = *hold_wildcard(facts),
	};
	if (facts->type != SOCK_STREAM)
		return verdict;
	if (facts->local.port == 0)
		verdict = pin_on_bind(pin, facts, &wildcard);
	if (pin->keeps_listeners)
		return verdict;
	if (serves_refused(pin, facts))
		return (struct verdict){.error = EADDRNOTAVAIL};
	if (!ip_is_loopback(verdict.rebind ? &verdict.source.ip : &facts->local.ip))
		hold_pin(pin, facts, HOLD_CONNECTED, &verdict);
	return verdict;
}
