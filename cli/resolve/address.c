/* SPDX-License-Identifier: MIT */
/*
 * Checks the addresses of -a. bind(2) decides whether an address is local, and not the kernel's
 * list of addresses: 127.0.0.2 and the addresses of a local route (AnyIP) are in no list. But
 * bind(2) also takes broadcast and multicast addresses, from which nothing can be sent, so those
 * are refused first.
 */
#include "resolve/address.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "network/route.h"
#include "option_hint.h"
#include "resolve/freebind.h"
#include "resolve/probe.h"

#define CANNOT_PIN_TO "cannot pin to '%s': "

static const char *name_of(const struct network *network, unsigned int index)
{
	const struct interface *interface = network_by_index(network, index);

	return interface ? interface->name : "?";
}

/* Appends the address as -a takes it, and the name of its interface in brackets. */
static void append_local(char **list, const struct network *network,
			 const struct local_address *address)
{
	const char *name = name_of(network, address->ifindex);
	bool needs_scope = !ip_is_v4(&address->ip) && ip_is_link_local(&address->ip);
	char text[IP_TEXT_SIZE];

	alloc_append(list, "%s%s%s%s (%s)", *list ? ", " : "", ip_format(&address->ip, text),
		     needs_scope ? "%" : "", needs_scope ? name : "", name);
}

/*
 * Hints at the addresses of a family that can be pinned. The one with the index best comes first; if there
 * is none, best is their number.
 */
static void hint_local(const struct network *network, bool is_v4, size_t best)
{
	AUTO_FREE char *others = NULL;
	AUTO_FREE char *first = NULL;

	if (best < network->address_count)
		append_local(&first, network, &network->addresses[best]);
	for (size_t i = 0; i < network->address_count; i++) {
		const struct local_address *address = &network->addresses[i];

		if (i != best && ip_is_v4(&address->ip) == is_v4 && local_address_usable(address))
			append_local(&others, network, address);
	}
	if (first && others)
		diag_hint("the nearest is %s; there are also %s", first, others);
	else if (first || others)
		diag_hint("this host has %s", first ? first : others);
}

__attribute__((noreturn)) static void die_unparsed(const struct network *network, const char *text)
{
	diag_error(CANNOT_PIN_TO "it is neither an IPv4 nor an IPv6 address", text);
	if (option_hint_each("-a", text))
		exit(STATUS_FAILED);
	if (network_interface(network, text))
		diag_hint("'-i %s' pins to the interface of that name", text);
	else
		hint_local(network, !strchr(text, ':'), network->address_count);
	exit(STATUS_FAILED);
}

static uint32_t parse_scope(const struct network *network, const char *text, const char *scope)
{
	const struct interface *interface = network_interface(network, scope);

	if (!interface) {
		AUTO_FREE char *names = network_names(network);

		const char *meant = network_nearest(network, scope);

		diag_error(CANNOT_PIN_TO "there is no interface '%s'", text, scope);
		if (meant)
			diag_hint("did you mean '%s'?", meant);
		else
			diag_hint("there are %s", names);
		exit(STATUS_FAILED);
	}
	return interface->index;
}

static void check_kind(const struct ip *ip, const char *text)
{
	if (ip_is_wildcard(ip))
		die(CANNOT_PIN_TO "it is the wildcard, which is no address of its own", text);
	if (ip_is_multicast(ip))
		die(CANNOT_PIN_TO "it is a multicast address", text);
	if (ip_is_v4(ip) && route_is_broadcast(ip))
		die(CANNOT_PIN_TO "it is a broadcast address", text);
}

static struct pin_source parse(const struct network *network, const char *text)
{
	AUTO_FREE char *address = alloc_copy(text);
	char *percent = strchr(address, '%');
	struct pin_source source = {.mode = PIN_ADDRESS};

	if (percent)
		*percent = '\0';
	if (ip_parse(address, &source.ip) < 0)
		die_unparsed(network, text);
	check_kind(&source.ip, text);
	if (!percent)
		return source;
	if (ip_is_v4(&source.ip) || !ip_is_link_local(&source.ip))
		die(CANNOT_PIN_TO "only a link-local IPv6 address takes a scope", text);
	source.scope = parse_scope(network, text, percent + 1);
	return source;
}

/* Every interface has addresses of fe80::/10. The user says which is meant, by scope or by -i. */
static void settle_scope(struct pin_source *source, const char *text,
			 const struct interface *interface)
{
	if (ip_is_v4(&source->ip) || !ip_is_link_local(&source->ip) || source->scope)
		return;
	if (!interface) {
		diag_error(CANNOT_PIN_TO "a link-local address needs a scope", text);
		diag_hint("'%s%%INTERFACE', or -i INTERFACE", text);
		exit(STATUS_FAILED);
	}
	source->scope = interface->index;
}

static const struct local_address *find(const struct network *network,
					const struct pin_source *source)
{
	for (size_t i = 0; i < network->address_count; i++) {
		const struct local_address *address = &network->addresses[i];

		if (ip_equal(&address->ip, &source->ip) &&
		    (!source->scope || source->scope == address->ifindex))
			return address;
	}
	return NULL;
}

/* Returns the index of the address that is most similar to ip, or the number of addresses. */
static size_t nearest(const struct network *network, const struct ip *ip)
{
	size_t best = network->address_count;
	unsigned int most = 0;

	for (size_t i = 0; i < network->address_count; i++) {
		const struct local_address *address = &network->addresses[i];
		unsigned int common = ip_common_bits(&address->ip, ip) + 1;

		if (ip_is_v4(&address->ip) == ip_is_v4(ip) && local_address_usable(address) &&
		    common > most) {
			best = i;
			most = common;
		}
	}
	return best;
}

__attribute__((noreturn)) static void
die_not_local(const struct network *network, const struct pin_source *source, const char *text)
{
	const struct local_address *listed = find(network, source);

	if (listed && listed->flags & IFA_F_DADFAILED)
		die(CANNOT_PIN_TO "another host has it (duplicate address detection failed)", text);
	if (listed && listed->flags & IFA_F_TENTATIVE)
		die(CANNOT_PIN_TO "it is tentative, duplicate address detection is not over", text);

	diag_error(CANNOT_PIN_TO "it is no address of this host", text);
	hint_local(network, ip_is_v4(&source->ip), nearest(network, &source->ip));
	exit(STATUS_FAILED);
}

static void check_local(const struct network *network, const struct pin_source *source,
			const char *text)
{
	int result = probe_address(&source->ip, source->scope);

	if (result == -EADDRNOTAVAIL)
		die_not_local(network, source, text);
	if (result == -EAFNOSUPPORT)
		die(CANNOT_PIN_TO "this host has no IPv%c", text,
		    ip_is_v4(&source->ip) ? '4' : '6');
	if (result < 0)
		die(CANNOT_PIN_TO "%s", text, strerror(-result));
}

__attribute__((noreturn)) static void die_elsewhere(const struct network *network, const char *text,
						    const struct interface *interface)
{
	AUTO_FREE char *addresses = network_addresses(network, interface);

	diag_error(CANNOT_PIN_TO "it is not on interface '%s'", text, interface->name);
	diag_hint("%s has %s", interface->name, addresses);
	exit(STATUS_FAILED);
}

/* An address that is in no list but can be bound (127.0.0.2, AnyIP) counts as one of loopback. */
static void check_interface(const struct network *network, const struct pin_source *source,
			    const char *text, const struct interface *interface)
{
	struct pin_source on_it = {.ip = source->ip, .scope = interface->index};
	bool is_elsewhere = source->scope && source->scope != interface->index;

	if (!is_elsewhere && find(network, &on_it))
		return;
	if (interface->flags & IFF_LOOPBACK && !find(network, source))
		return;
	die_elsewhere(network, text, interface);
}

struct pin_source address_pin(const struct network *network, const char *text,
			      const struct interface *interface, bool is_free)
{
	struct pin_source source = parse(network, text);

	settle_scope(&source, text, interface);
	if (is_free) {
		const struct prefix alone = {.ip = source.ip, .length = 128};

		freebind_check(network, &alone, text);
		return source;
	}
	check_local(network, &source, text);
	if (interface)
		check_interface(network, &source, text, interface);
	return source;
}

void address_check_free_prefix(const struct network *network, const struct prefix *prefix,
			       const char *text)
{
	int shortest =
		ip_is_v4(&prefix->ip) ? 96 + 8 : 8; /* a longer one has addresses of one kind */

	if (prefix->length < shortest)
		die(CANNOT_PIN_TO "with --freebind, a prefix has a length of 8 or more", text);
	check_kind(&prefix->ip, text);
	freebind_check(network, prefix, text);
}

/*
 * Returns another interface that has addresses of the prefix, which it lists in *ret_list; or NULL.
 */
static const struct interface *other_with(const struct network *network,
					  const struct prefix *prefix,
					  const struct interface *interface, char **ret_list)
{
	for (size_t i = 0; i < network->interface_count; i++) {
		const struct interface *other = &network->interfaces[i];

		if (other != interface)
			*ret_list = network_addresses_in(network, other, prefix);
		if (*ret_list)
			return other;
	}
	return NULL;
}

void address_die_none_of(const struct network *network, const struct prefix *prefix,
			 const char *text, const struct interface *interface)
{
	AUTO_FREE char *list = NULL;
	bool is_v4 = ip_is_v4(&prefix->ip);

	if (!interface) {
		diag_error(CANNOT_PIN_TO "this host has no address of it", text);
		hint_local(network, is_v4, nearest(network, &prefix->ip));
		diag_hint("with --freebind, any address of it can be taken for which this host has "
			  "a local route");
		exit(STATUS_FAILED);
	}
	const struct interface *other = other_with(network, prefix, interface, &list);
	if (!other)
		list = network_addresses(network, interface);
	diag_error(CANNOT_PIN_TO "interface '%s' has no address of it", text, interface->name);
	diag_hint("%s has %s%s", (other ? other : interface)->name, list, other ? " of it" : "");
	exit(STATUS_FAILED);
}

bool address_pin_plainly(const char *text, struct pin_source *ret_source)
{
	struct pin_source source = {.mode = PIN_ADDRESS};

	if (ip_parse(text, &source.ip) < 0 || ip_is_link_local(&source.ip) ||
	    ip_is_wildcard(&source.ip) || ip_is_multicast(&source.ip) ||
	    (ip_is_v4(&source.ip) && route_is_broadcast(&source.ip)) ||
	    probe_address(&source.ip, source.scope) < 0)
		return false;
	*ret_source = source;
	return true;
}
