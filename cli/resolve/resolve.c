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
#include "command.h"
#include "pin/codec.h"
#include "resolve/destinations.h"
#include "resolve/dns_server.h"
#include "resolve/ports.h"
#include "resolve/probe.h"
#include "resolve/settings.h"
#include "resolve/sources.h"
#include "resolve/wait.h"
#include "socket/outer.h"

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

/* --addresses chooses among those of an interface, and --wait waits for what -a or -i names. */
static void check_choice(const struct options *options)
{
	if (options->waits && !options->interface_count && !options->address_count)
		die("cannot use '--wait' without '-a' or '-i': there is nothing to wait for");
	if (!options->prefers)
		return;
	if (!options->interface_count)
		die("cannot use '--addresses' without '-i': it chooses among an interface's "
		    "addresses");
	if (options->address_count)
		die("cannot use '--addresses' with '-a': that names the address");
	if (options->only_v4)
		die("cannot use '--addresses' with '-4': it chooses among IPv6 addresses");
}

/*
 * torsocks refuses all calls by which bindto tries what the kernel can do (EPERM). A static bindto
 * does not load it.
 */
static void check_torsocks(const struct options *options)
{
	const char *preload = getenv("LD_PRELOAD");

	if (!preload || !strstr(preload, "torsocks") || probe_datagram() != -EPERM)
		return;
	AUTO_FREE char *own = command_options(options);
	AUTO_FREE char *program = NULL;
	for (char **word = options->program; *word; word++)
		command_quote(&program, *word);
	diag_error("cannot run under torsocks: it refuses the calls by which bindto tries the pin");
	diag_hint("%s %s torsocks %s", options->words[0], own, program);
	exit(STATUS_FAILED);
}

static bool resolve_view(const struct options *options)
{
	if (options->views && !options->address_count && !options->interface_count) {
		diag_error(
			"cannot use '--view=pin' without an address or an interface: no uplink is "
			"pinned");
		diag_hint("give -a or -i as well");
		exit(STATUS_FAILED);
	}
	return options->views;
}

void resolve_pin(const struct options *options, struct pin *ret_pin)
{
	struct pin pin = {
		.keeps_listeners = options->keeps_listeners,
		.carried.verbose = options->verbose,
	};

	check_torsocks(options);
	check_choice(options);
	options_place(options, options->ports);
	if (options->ports)
		ports_resolve(options->ports, &pin);
	destinations_resolve(options, &pin);
	settings_resolve(options, &pin.settings);
	if (options->freebind)
		setting_give(&pin.settings, SETTING_FREEBIND, 1);
	if (options->prefers)
		setting_give(&pin.settings, SETTING_PREFERS, options->prefers);
	/* All that can be wrong without the network is told before. --explain tells what is missing. */
	AUTO_FREE char *waited = NULL;
	if (options->waits && options->task == TASK_RUN)
		waited = wait_until_ready(options);
	/* What --wait waits for need not be there when a menu entry is made. */
	if (options->waits && options->task == TASK_DESKTOP && !wait_has_all(options)) {
		options_place(options, NULL);
		*ret_pin = pin;
		return;
	}
	diag_note(waited);
	if (options->address_count || options->interface_count)
		sources_resolve(options, &pin);
	else
		resolve_any(options, &pin);
	diag_note(NULL);
	sources_check(options, &pin);
	destinations_check(options, &pin);
	pin.views = resolve_view(options);
	pin.localnet = probe_localnet();
	for (size_t i = 0; i < options->dns_count; i++) {
		options_place(options, options->dns[i]);
		dns_server_take(options->dns[i], &pin);
	}
	options_place(options, NULL);
	*ret_pin = pin;
}

void resolve_release(struct pin *pin)
{
	free((void *)pin->exempt);
	free((void *)pin->members);
	pin->exempt = NULL;
	pin->exempt_count = 0;
	pin->members = NULL;
	pin->member_count = 0;
}
