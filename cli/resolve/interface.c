/* SPDX-License-Identifier: MIT */
/*
 * Finds the interface of -i. A name is looked up before it is tried as a pattern, so that an
 * interface with a '*' in its name can be named. Since Linux 5.7 (c427bfec18f2) binding to a device
 * needs no privilege. If it is not permitted, -i is refused: pinning the address alone would not
 * do, because the address does not choose the uplink.
 */
#include "resolve/interface.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "network/route.h"
#include "option_hint.h"
#include "resolve/probe.h"
#include "socket/outer.h"

#define CANNOT_PIN_TO "cannot pin to interface '%s': "

enum family { FAMILY_V4, FAMILY_V6 };

static bool is_allowed(const struct options *options, enum family family)
{
	return family == FAMILY_V4 ? !options->only_v6 : !options->only_v4;
}

/* Returns the best address of the interface that --addresses allows, or NULL if it has none. */
static const struct local_address *choose(const struct network *network, unsigned int index,
					  enum family family, uint32_t prefers)
{
	const struct local_address *best = NULL;

	for (size_t i = 0; i < network->address_count; i++) {
		const struct local_address *address = &network->addresses[i];

		if (address->ifindex == index && ip_is_v4(&address->ip) == (family == FAMILY_V4) &&
		    local_address_usable(address) &&
		    setting_takes(prefers, &address->ip, address->flags) &&
		    (!best || local_address_better(address, best)))
			best = address;
	}
	return best;
}

/*
 * Has the interface IPv6 addresses that leave the link, but only such as --addresses excludes? An
 * interface that has IPv4 alone lacks none.
 */
static bool lacks_preferred(const struct options *options, const struct network *network,
			    const struct interface *interface)
{
	const struct local_address *any = choose(network, interface->index, FAMILY_V6, 0);
	const struct local_address *fit =
		choose(network, interface->index, FAMILY_V6, options->prefers);

	return options->prefers && any && !ip_is_link_local(&any->ip) &&
	       (!fit || ip_is_link_local(&fit->ip));
}

/*
 * Can a socket be bound to the address, and does it reach further than the link? --wait goes on
 * until then: a link-local address is there long before the others.
 */
static bool is_worth_waiting(const struct local_address *address)
{
	return !ip_is_link_local(&address->ip) && probe_address(&address->ip, 0) == 0;
}

static bool has_address(const struct options *options, const struct network *network,
			const struct interface *interface)
{
	for (enum family family = FAMILY_V4; family <= FAMILY_V6; family++) {
		const struct local_address *address =
			choose(network, interface->index, family, options->prefers);

		if (address && is_allowed(options, family) &&
		    (!options->waits || is_worth_waiting(address)))
			return true;
	}
	return false;
}

static bool is_ready(const struct options *options, const struct network *network,
		     const struct interface *interface)
{
	if (!(interface->flags & IFF_UP) || lacks_preferred(options, network, interface))
		return false;
	if (options->waits && !(interface->flags & IFF_RUNNING))
		return false;
	if (interface->in_vrf) /* it need not have an address */
		return true;
	return (options->waits && options->address_count) ||
	       has_address(options, network, interface);
}

/* Loopback leads to no other host, so no pattern means it. */
static bool matches_pattern(const struct interface *interface, const char *pattern)
{
	return !(interface->flags & IFF_LOOPBACK) && fnmatch(pattern, interface->name, 0) == 0;
}

bool interface_exists(const struct network *network, const char *name)
{
	struct ip ip;

	if (network_interface(network, name) || ip_parse(name, &ip) == 0)
		return true; /* an address is no name, and none will come: die_none() hints at -a */
	for (size_t i = 0; i < network->interface_count; i++)
		if (matches_pattern(&network->interfaces[i], name))
			return true;
	return false;
}

bool interface_is_ready(const struct options *options, const struct network *network,
			const char *name)
{
	const struct interface *named = network_interface(network, name);
	struct ip ip;

	if (named)
		return is_ready(options, network, named);
	if (ip_parse(name, &ip) == 0)
		return true; /* no name will come that looks so: die_none() hints at -a */
	for (size_t i = 0; i < network->interface_count; i++)
		if (matches_pattern(&network->interfaces[i], name) &&
		    is_ready(options, network, &network->interfaces[i]))
			return true;
	return false;
}

__attribute__((noreturn)) static void die_none(const struct network *network, const char *name)
{
	AUTO_FREE char *names = network_names(network);
	AUTO_FREE char *plain =
		alloc_text("%.*s", (int)strcspn(name, "@:"), name); /* as in ip(8) */
	const char *meant = network_nearest(network, plain);
	struct ip ip;

	diag_error(CANNOT_PIN_TO "there is no such interface", name);
	if (option_hint_each("-i", name))
		exit(STATUS_FAILED);
	if (ip_parse(name, &ip) == 0)
		diag_hint("'-a %s' pins to an address", name);
	else if (meant)
		diag_hint("did you mean '%s'?", meant);
	else
		diag_hint("there are %s", names);
	exit(STATUS_FAILED);
}

static const struct interface *find_pattern(const struct options *options,
					    const struct network *network, const char *pattern)
{
	AUTO_FREE char *matches = NULL;

	for (size_t i = 0; i < network->interface_count; i++) {
		const struct interface *interface = &network->interfaces[i];

		if (!matches_pattern(interface, pattern))
			continue;
		if (is_ready(options, network, interface))
			return interface;
		alloc_append(&matches, "%s%s", matches ? ", " : "", interface->name);
	}
	if (!matches)
		die_none(network, pattern);
	diag_error(CANNOT_PIN_TO "none that it matches is up and has an address", pattern);
	diag_hint("it matches %s", matches);
	exit(STATUS_FAILED);
}

const struct interface *interface_find(const struct options *options, const struct network *network,
				       const char *name, bool must_be_up)
{
	const struct interface *interface = network_interface(network, name);

	if (!interface && strpbrk(name, "*?["))
		return find_pattern(options, network, name);
	if (!interface)
		die_none(network, name);
	if (must_be_up && !(interface->flags & IFF_UP)) {
		diag_error(CANNOT_PIN_TO "it is down", interface->name);
		diag_hint("ip link set %s up", interface->name);
		exit(STATUS_FAILED);
	}
	if (options->waits && must_be_up && !(interface->flags & IFF_RUNNING))
		die(CANNOT_PIN_TO "it has no carrier", interface->name);
	return interface;
}

static void take(const struct local_address *address, struct pin_source *source)
{
	source->mode = PIN_ADDRESS;
	source->ip = address->ip;
	if (!ip_is_v4(&address->ip) && ip_is_link_local(&address->ip))
		source->scope = address->ifindex;
}

/* Has it an address that cannot be bound, because duplicate address detection runs or failed? */
static bool has_unusable(const struct options *options, const struct network *network,
			 const struct interface *interface)
{
	for (size_t i = 0; i < network->address_count; i++) {
		const struct local_address *address = &network->addresses[i];
		enum family family = ip_is_v4(&address->ip) ? FAMILY_V4 : FAMILY_V6;

		if (address->ifindex == interface->index && is_allowed(options, family))
			return true;
	}
	return false;
}

__attribute__((noreturn)) static void die_no_address(const struct options *options,
						     const struct network *network,
						     const struct interface *interface)
{
	if (has_unusable(options, network, interface))
		die(CANNOT_PIN_TO "its addresses are tentative, or duplicates of another host's",
		    interface->name);
	if (options->only_v4)
		die(CANNOT_PIN_TO "it has no IPv4 address", interface->name);
	if (options->only_v6)
		die(CANNOT_PIN_TO "it has no IPv6 address", interface->name);
	die(CANNOT_PIN_TO "it has no address", interface->name);
}

__attribute__((noreturn)) static void die_not_preferred(const struct options *options,
							const struct interface *interface)
{
	bool is_temporary = options->prefers == PREFERS_TEMPORARY;

	diag_error(CANNOT_PIN_TO "it has no %s IPv6 address", interface->name,
		   is_temporary ? "temporary" : "stable");
	if (is_temporary)
		diag_hint("sysctl net.ipv6.conf.%s.use_tempaddr=2 has the kernel make one with the "
			  "next router advertisement",
			  interface->name);
	exit(STATUS_FAILED);
}

/* If the kernel takes the address for none of this host's, every call of the program would fail. */
static void check_bindable(const struct interface *interface, const struct pin_source *source)
{
	char text[IP_TEXT_SIZE];

	/* Another bindto that runs this one may refuse the bind by its own pin. */
	if (source->mode == PIN_ADDRESS && outer_ask() == OUTER_NONE &&
	    probe_address(&source->ip, source->scope) == -EADDRNOTAVAIL)
		die(CANNOT_PIN_TO
		    "no socket can be bound to its address %s, which has no local route",
		    interface->name, ip_format(&source->ip, text));
}

/* What does not go together with a VRF, where the device holds each socket from its birth on. */
static void check_vrf(const struct options *options, const struct interface *interface)
{
	const char *option = options->prefers           ? "--addresses"
			     : options->keeps_listeners ? "--listen=keep"
			     : options->excluded_count  ? "-e"
			     : options->only_count      ? "--only"
							: NULL;

	if (!option)
		return;
	die("cannot use '%s' with interface '%s': it is a VRF or in one, which holds each socket "
	    "from its birth on",
	    option, interface->name);
}

/*
 * To the kernel, a VRF is a rule that looks into its table first. What that does not route goes on to
 * the other tables, and so by another uplink (l3mdev_update_flow()).
 */
static void check_table(const struct interface *interface, bool is_v4)
{
	int r = route_table_ends(interface->vrf_table, is_v4);

	if (r > 0)
		return;
	if (r < 0)
		die("cannot list the routes: %s", strerror(-r));
	diag_error(CANNOT_PIN_TO "what its table %u has no IPv%c route for would leave another way",
		   interface->name, interface->vrf_table, is_v4 ? '4' : '6');
	diag_hint("as root: ip -%c route add table %u unreachable default metric 4278198272",
		  is_v4 ? '4' : '6', interface->vrf_table);
	exit(STATUS_FAILED);
}

static void choose_by_device(const struct options *options, struct pin_source *ret_v4,
			     struct pin_source *ret_v6)
{
	ret_v4->mode = is_allowed(options, FAMILY_V4) ? PIN_ANY : PIN_REFUSED;
	ret_v6->mode = is_allowed(options, FAMILY_V6) ? PIN_ANY : PIN_REFUSED;
}

bool interface_choose(const struct options *options, const struct network *network,
		      const struct interface *interface, struct pin_source *ret_v4,
		      struct pin_source *ret_v6)
{
	struct pin_source sources[] = {
		[FAMILY_V4] = {.mode = PIN_REFUSED},
		[FAMILY_V6] = {.mode = PIN_REFUSED},
	};

	if (lacks_preferred(options, network, interface))
		die_not_preferred(options, interface);
	for (enum family family = FAMILY_V4; family <= FAMILY_V6; family++) {
		const struct local_address *address = NULL;

		if (is_allowed(options, family) && interface->flags & IFF_UP)
			address = choose(network, interface->index, family, options->prefers);
		if (address)
			take(address, &sources[family]);
	}
	check_bindable(interface, &sources[FAMILY_V4]);
	check_bindable(interface, &sources[FAMILY_V6]);
	*ret_v4 = sources[FAMILY_V4];
	*ret_v6 = sources[FAMILY_V6];
	return ret_v4->mode != PIN_REFUSED || ret_v6->mode != PIN_REFUSED;
}

void interface_addresses(const struct options *options, const struct network *network,
			 const struct interface *interface, struct pin_source *ret_v4,
			 struct pin_source *ret_v6)
{
	if (interface->in_vrf) {
		check_vrf(options, interface);
		for (enum family family = FAMILY_V4; family <= FAMILY_V6; family++)
			if (interface->vrf_table && is_allowed(options, family))
				check_table(interface, family == FAMILY_V4);
		choose_by_device(options, ret_v4, ret_v6);
		return;
	}
	if (!interface_choose(options, network, interface, ret_v4, ret_v6))
		die_no_address(options, network, interface);
	if (options->waits && !has_address(options, network, interface))
		die(CANNOT_PIN_TO "it has only link-local addresses", interface->name);
}

static void hint_address(const struct network *network, const struct interface *interface)
{
	const struct local_address *address = choose(network, interface->index, FAMILY_V4, 0);
	char text[IP_TEXT_SIZE];

	if (!address)
		address = choose(network, interface->index, FAMILY_V6, 0);
	if (address)
		diag_hint("'-a %s' pins the address alone, which another uplink may carry",
			  ip_format(&address->ip, text));
}

void interface_check_permitted(const struct network *network, const struct interface *interface)
{
	int result = probe_device(interface->index);

	if (result == 0)
		return;
	if (result == -EPERM && outer_ask() != OUTER_NONE)
		die(CANNOT_PIN_TO "another bindto runs this one, and holds another interface",
		    interface->name);
	if (result == -EPERM)
		diag_error(CANNOT_PIN_TO "this needs Linux 5.7 or CAP_NET_RAW", interface->name);
	else if (result == -ENOPROTOOPT) /* Linux before 5.1 has no SO_BINDTOIFINDEX */
		diag_error(CANNOT_PIN_TO "this needs Linux 5.7", interface->name);
	else
		diag_error(CANNOT_PIN_TO "%s", interface->name, strerror(-result));
	hint_address(network, interface);
	/* exec drops capabilities of bindto's file and keeps those of the ambient set. */
	if (result == -EPERM)
		diag_hint("'setcap' on bindto would not reach the program, but 'setpriv "
			  "--inh-caps +net_raw --ambient-caps +net_raw bindto' does");
	exit(STATUS_FAILED);
}
