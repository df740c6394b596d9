/* SPDX-License-Identifier: MIT */
/*
 * Makes the pin's sources from -a and -i. Each address of -a and each interface of several -i is a
 * member of a pool (pin/pool.h). If no family has more than one member, there is no pool, and the
 * members become the pin's own source.
 */
#include "resolve/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "network/links.h"
#include "option_hint.h"
#include "pin/exempt.h"
#include "pin/pool.h"
#include "pin/text.h"
#include "resolve/address.h"
#include "resolve/interface.h"
#include "resolve/probe.h"

enum { MEMBERS_MAX = 1024 }; /* the pin's text has to fit into the environment */

struct members {
	struct member *all;
	size_t count;
};

static size_t count_family(const struct members *members, bool is_v4)
{
	size_t count = 0;

	for (size_t i = 0; i < members->count; i++)
		count += pool_has_family(&members->all[i], is_v4);
	return count;
}

static void append(struct members *members, const struct member *member)
{
	if (members->count == MEMBERS_MAX)
		die("cannot pin to more than %d addresses", MEMBERS_MAX);
	members->all = alloc_grow(members->all, members->count, sizeof(*members->all));
	members->all[members->count++] = *member;
}

static void check_family(const struct options *options, const char *text, bool is_v4)
{
	if (is_v4 ? options->only_v6 : options->only_v4)
		die("cannot use '-%c' with '-a %s': it is an address of the other family",
		    is_v4 ? '6' : '4', text);
}

/* Appends a source. length: of its prefix in the 16-byte form. */
static void append_source(const struct pin_source *source, unsigned int length,
			  struct members *members)
{
	struct member member = {.length = (uint8_t)length};

	*(ip_is_v4(&source->ip) ? &member.v4 : &member.v6) = *source;
	append(members, &member);
}

static bool has_source(const struct members *members, const struct pin_source *source)
{
	for (size_t i = 0; i < members->count; i++) {
		const struct member *member = &members->all[i];
		const struct pin_source *other = ip_is_v4(&source->ip) ? &member->v4 : &member->v6;

		if (other->mode == PIN_ADDRESS && ip_equal(&other->ip, &source->ip) &&
		    other->scope == source->scope)
			return true;
	}
	return false;
}

static void take_address(const struct options *options, const char *text,
			 const struct pin_source *source, struct members *members)
{
	check_family(options, text, ip_is_v4(&source->ip));
	if (has_source(members, source))
		die("cannot pin to '%s' twice", text);
	append_source(source, 128, members);
}

/* Takes this host's addresses within a prefix; link-local ones only from the interface of -i. */
static void take_own(const struct network *network, const struct interface *interface,
		     const struct prefix *prefix, const char *text, struct members *members)
{
	size_t before = members->count;

	for (size_t i = 0; i < network->address_count; i++) {
		const struct local_address *address = &network->addresses[i];
		bool is_narrow = !ip_is_v4(&address->ip) && ip_is_link_local(&address->ip);
		struct pin_source source = {.mode = PIN_ADDRESS,
					    .ip = address->ip,
					    .scope = is_narrow ? address->ifindex : 0};

		bool is_wanted = !ip_is_loopback(&address->ip) || ip_is_loopback(&prefix->ip);

		if (exempt_holds(prefix, &address->ip) && is_wanted &&
		    local_address_usable(address) && (interface || !is_narrow) &&
		    (!interface || address->ifindex == interface->index) &&
		    !has_source(members, &source))
			append_source(&source, 128, members);
	}
	if (members->count == before)
		address_die_none_of(network, prefix, text, interface);
}

/* An address with the prefix length of its interface, as ip(8) shows it, may mean either. */
static void check_bits(const char *text, const struct prefix *prefix)
{
	AUTO_FREE char *address = alloc_text("%.*s", (int)strcspn(text, "/"), text);
	char network[IP_TEXT_SIZE];
	struct ip ip;

	if (ip_parse(address, &ip) < 0 ||
	    ip_equal(&ip, &prefix->ip)) /* the prefix has no such bits */
		return;
	diag_error("cannot pin to '%s': it has bits behind the prefix", text);
	diag_hint("'-a %s' for this address, '-a %s/%u' for all of the prefix", address,
		  ip_format(&prefix->ip, network),
		  prefix->length - (ip_is_v4(&prefix->ip) ? 96U : 0U));
	exit(STATUS_FAILED);
}

static void take_prefix(const struct options *options, const struct network *network,
			const struct interface *interface, const char *text,
			struct members *members)
{
	struct prefix prefix;
	struct pin_source source = {.mode = PIN_ADDRESS};

	if (destination_parse(text, strlen(text), &prefix) < 0 || prefix.port_low) {
		diag_error("cannot pin to '%s': it is not ADDR[/LEN]", text);
		if (!option_hint_each("-a", text))
			diag_hint("-a 192.0.2.0/24, or -a 192.0.2.1");
		exit(STATUS_FAILED);
	}
	check_family(options, text, ip_is_v4(&prefix.ip));
	check_bits(text, &prefix);
	if (!options->freebind) {
		take_own(network, interface, &prefix, text, members);
		return;
	}
	address_check_free_prefix(network, &prefix, text);
	source.ip = prefix.ip;
	append_source(&source, prefix.length, members);
}

static void take_all(const struct options *options, const struct network *network,
		     const struct interface *interface, struct members *members)
{
	for (size_t i = 0; i < options->address_count; i++) {
		const char *text = options->addresses[i];

		options_place(options, text);
		if (strchr(text, '/')) {
			take_prefix(options, network, interface, text, members);
			continue;
		}
		struct pin_source source = address_pin(network, text, interface, options->freebind);
		take_address(options, text, &source, members);
	}
}

/* Resolves the most common options without the list of interfaces, which is slow to read. */
static bool take_plainly(const struct options *options, struct members *members)
{
	struct members plain = {0};
	bool is_plain = options->interface_count == 0 && !options->freebind;

	for (size_t i = 0; i < options->address_count && is_plain; i++) {
		struct pin_source source;

		options_place(options, options->addresses[i]);
		is_plain = address_pin_plainly(options->addresses[i], &source);
		if (is_plain)
			take_address(options, options->addresses[i], &source, &plain);
	}
	if (is_plain)
		*members = plain;
	else
		free(plain.all);
	return is_plain;
}

static void take_interface(const struct options *options, const struct network *network,
			   const struct interface *interface, struct pin *pin)
{
	pin->ifindex = interface->index;
	memcpy(pin->ifname, interface->name, sizeof(pin->ifname));
	pin->network = probe_network();
	pin->follows = options->address_count == 0 && !interface->in_vrf;
	if (!options->address_count)
		interface_addresses(options, network, interface, &pin->v4, &pin->v6);
	interface_check_permitted(network, interface);
}

static void take_uplink(const struct options *options, const struct network *network,
			const char *name, struct members *members)
{
	options_place(options, name);
	const struct interface *interface = interface_find(options, network, name, false);
	struct member member = {.length = 128, .ifindex = interface->index};

	for (size_t i = 0; i < members->count; i++)
		if (members->all[i].ifindex == interface->index)
			die("cannot pin to interface '%s' twice", interface->name);
	if (interface->in_vrf)
		die("cannot pin to interface '%s' and another one: it is a VRF or in one",
		    interface->name);
	memcpy(member.ifname, interface->name, sizeof(member.ifname));
	interface_choose(options, network, interface, &member.v4, &member.v6);
	append(members, &member);
}

/*
 * An interface that lacks an address now may get one later, so that a wildcard stands for it. The
 * families of the pool are those that one of the interfaces has now: the user sees them by --explain.
 */
static void expect_address(struct members *members, bool is_v4)
{
	const struct pin_source expected = {.mode = PIN_ADDRESS,
					    .ip = is_v4 ? IP_V4_WILDCARD : IP_V6_WILDCARD};

	if (count_family(members, is_v4) == 0)
		return;
	for (size_t i = 0; i < members->count; i++) {
		struct member *member = &members->all[i];
		struct pin_source *source = is_v4 ? &member->v4 : &member->v6;

		if (source->mode != PIN_ADDRESS)
			*source = expected;
	}
}

static void take_uplinks(const struct options *options, const struct network *network,
			 struct members *members)
{
	const char *first = options->interfaces[0];

	if (options->address_count)
		die("cannot use '-a' with more than one '-i': each interface has addresses of its own");
	for (size_t i = 0; i < options->interface_count; i++)
		take_uplink(options, network, options->interfaces[i], members);
	if (count_family(members, true) + count_family(members, false) == 0) {
		diag_error(
			"cannot pin to interface '%s' or another one of -i: none is up and has an "
			"address",
			first);
		diag_hint("bindto --list shows what you can pin to");
		exit(STATUS_FAILED);
	}
	interface_check_permitted(network, network_by_index(network, members->all[0].ifindex));
	expect_address(members, true);
	expect_address(members, false);
}

void sources_check(const struct options *options, const struct pin *pin)
{
	if (options->freebind && !options->address_count)
		die("cannot use '--freebind' without '-a': it is about the addresses that -a names");
	if (options->pick == PICK_COUNT || pin->member_count > 0)
		return;
	diag_error("cannot use '--pick': each family has one source only");
	diag_hint("give several -a or -i, or -a with a prefix");
	exit(STATUS_FAILED);
}

/* Has the member an address of the family, and not only the hope for one? */
static bool has_address(const struct member *member, bool is_v4)
{
	return pool_has_family(member, is_v4) &&
	       !ip_is_wildcard(is_v4 ? &member->v4.ip : &member->v6.ip);
}

/* Returns the source of a family that the pin has if it has no pool, or that the pool starts with. */
static struct pin_source first_of(const struct members *members, bool is_v4)
{
	for (size_t i = 0; i < members->count; i++)
		if (has_address(&members->all[i], is_v4))
			return is_v4 ? members->all[i].v4 : members->all[i].v6;
	return (struct pin_source){.mode = PIN_REFUSED};
}

/* Returns the first member that has an address; there is one. */
static const struct member *first_ready(const struct members *members)
{
	const struct member *member = members->all;

	while (!has_address(member, true) && !has_address(member, false))
		member++;
	return member;
}

static bool is_pool(const struct members *members)
{
	if (count_family(members, true) > 1 || count_family(members, false) > 1)
		return true;
	for (size_t i = 0; i < members->count; i++)
		if (members->all[i].length < 128 || members->all[i].ifindex != 0)
			return true;
	return false;
}

/* Hands the members over to the pin. */
static void settle(const struct options *options, struct members *members, struct pin *pin)
{
	bool is_one = !is_pool(members);

	pin->v4 = first_of(members, true);
	pin->v6 = first_of(members, false);
	if (is_one) {
		free(members->all);
		return;
	}
	pin->members = members->all;
	pin->member_count = members->count;
	pin->pick = options->pick;
	bool has_interfaces = pool_has_interfaces(pin);
	if (options->pick == PICK_COUNT)
		pin->pick = has_interfaces ? PICK_FIRST : PICK_ROUND_ROBIN;
	if (has_interfaces) {
		const struct member *first = first_ready(members);

		pin->ifindex = first->ifindex;
		memcpy(pin->ifname, first->ifname, sizeof(pin->ifname));
		pin->network = probe_network();
		pin->follows = true;
	}
}

static void resolve_listed(const struct options *options, struct members *members, struct pin *pin)
{
	CLEANUP(network_free) struct network network = {0};
	const struct interface *interface = NULL;

	network_read(&network);
	if (options->interface_count > 1) {
		take_uplinks(options, &network, members);
		settle(options, members, pin);
		return;
	}
	options_place(options, options->interface_count ? options->interfaces[0] : NULL);
	if (options->interface_count)
		interface = interface_find(options, &network, options->interfaces[0], true);
	if (interface && interface->in_vrf && options->address_count)
		die("cannot use '-a' with interface '%s': it is a VRF or in one, where the kernel "
		    "chooses the address",
		    interface->name);
	take_all(options, &network, interface, members);
	settle(options, members, pin);
	options_place(options, options->interface_count ? options->interfaces[0] : NULL);
	if (interface)
		take_interface(options, &network, interface, pin);
}

void sources_resolve(const struct options *options, struct pin *pin)
{
	struct members members = {0};

	if (take_plainly(options, &members))
		settle(options, &members, pin);
	else
		resolve_listed(options, &members, pin);
}
