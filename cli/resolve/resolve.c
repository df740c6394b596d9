/* SPDX-License-Identifier: MIT */
/*
 * Makes a pin from the options. Each family is pinned to the address of -a; else to the one of -i's
 * interface; else, with -p alone, to no address. A family without a pin is refused, so that nothing
 * of it leaves the host another way.
 */
#include "resolve/resolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "network/links.h"
#include "pin/codec.h"
#include "resolve/address.h"
#include "resolve/destinations.h"
#include "resolve/dns_server.h"
#include "resolve/interface.h"
#include "resolve/ports.h"
#include "resolve/probe.h"
#include "resolve/settings.h"
#include "socket/outer.h"

static void take_address(const struct options *options, const char *text,
			 const struct pin_source *source, struct pin *pin)
{
	bool is_v4 = ip_is_v4(&source->ip);
	struct pin_source *place = is_v4 ? &pin->v4 : &pin->v6;
	char name[IP_TEXT_SIZE];

	if (is_v4 ? options->only_v6 : options->only_v4)
		die("cannot use '-%c' with '-a %s': it is an address of the other family",
		    is_v4 ? '6' : '4', text);
	if (place->mode == PIN_ADDRESS)
		die("cannot pin to '%s': IPv%c is pinned to %s already", text, is_v4 ? '4' : '6',
		    ip_format(&place->ip, name));
	*place = *source;
}

static void take_interface(const struct options *options, const struct network *network,
			   const struct interface *interface, struct pin *pin)
{
	pin->ifindex = interface->index;
	memcpy(pin->ifname, interface->name, sizeof(pin->ifname));
	pin->follows = options->address_count == 0;
	if (pin->follows)
		interface_addresses(options, network, interface, &pin->v4, &pin->v6);
	interface_check_permitted(network, interface);
}

/* Resolves the most common options without the list of interfaces, which is slow to read. */
static bool resolve_plainly(const struct options *options, struct pin *pin)
{
	struct pin plain = *pin;

	for (size_t i = 0; i < options->address_count; i++) {
		struct pin_source source;

		if (options->interface || !address_pin_plainly(options->addresses[i], &source))
			return false;
		take_address(options, options->addresses[i], &source, &plain);
	}
	*pin = plain;
	return !options->interface;
}

static void resolve_sources(const struct options *options, struct pin *pin)
{
	CLEANUP(network_free) struct network network = {0};
	const struct interface *interface = NULL;

	if (resolve_plainly(options, pin))
		return;
	network_read(&network);
	if (options->interface)
		interface = interface_find(options, &network);
	for (size_t i = 0; i < options->address_count; i++) {
		const char *text = options->addresses[i];
		struct pin_source source = address_pin(&network, text, interface);

		take_address(options, text, &source, pin);
	}
	if (interface)
		take_interface(options, &network, interface, pin);
}

/*
 * Within another bindto, -p alone takes the outer pin's place because the user says so. An option
 * for sockets is hardly meant to free the program from the outer pin.
 */
static void check_outer(const struct options *options)
{
	if (options->ports || (!getenv(PIN_VARIABLE) && outer_ask() == OUTER_NONE))
		return;
	diag_error(
		"cannot run '%s' without an address or an interface: another bindto runs this one, "
		"and its pin would not hold any more",
		options->program[0]);
	diag_hint("give -a or -i here as well, or all options to the outer bindto");
	exit(STATUS_FAILED);
}

static void resolve_any(const struct options *options, struct pin *pin)
{
	check_outer(options);
	if (!options->only_v6)
		pin->v4.mode = PIN_ANY;
	if (!options->only_v4)
		pin->v6.mode = PIN_ANY;
}

void resolve_pin(const struct options *options, struct pin *ret_pin)
{
	struct pin pin = {
		.keeps_listeners = options->keeps_listeners,
		.carried.verbose = options->verbose,
	};

	if (options->address_count || options->interface)
		resolve_sources(options, &pin);
	else
		resolve_any(options, &pin);
	if (options->ports)
		ports_resolve(options->ports, &pin);
	destinations_resolve(options, &pin);
	settings_resolve(options, &pin.settings);
	pin.localnet = probe_localnet();
	for (size_t i = 0; i < options->dns_count; i++)
		dns_server_take(options->dns[i], &pin);
	*ret_pin = pin;
}

void resolve_release(struct pin *pin)
{
	free((void *)pin->exempt);
	pin->exempt = NULL;
	pin->exempt_count = 0;
}
