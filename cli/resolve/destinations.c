/* SPDX-License-Identifier: MIT */
/*
 * Reads what --exclude and --only take: ADDR[/LEN], ADDR[/LEN]:PORTS, or :PORTS for all addresses.
 * Brackets part an IPv6 address from its ports. A wrong one is told with the right spelling, as far
 * as that can be guessed.
 */
#include "resolve/destinations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "option_hint.h"
#include "pin/exempt.h"
#include "pin/text.h"

#define EXCLUDE "exclude"
#define IS_NONE "cannot %s '%s': it is not ADDR[/LEN][:PORTS]"

/* A destination as the user wrote it. All addresses are two prefixes. */
struct destination {
	const char *text;
	struct prefix prefixes[2];
	size_t count;
};

static bool parse(const char *text, struct prefix *ret_prefix)
{
	return destination_parse(text, strlen(text), ret_prefix) == 0;
}

static bool are_ports(const char *text)
{
	uint16_t low, high;

	return ports_parse(text, strlen(text), &low, &high) == 0;
}

/* Returns the prefix length of an IPv4 netmask, or -1 if text is none. */
static int length_of_netmask(const char *text)
{
	struct prefix mask, prefix;

	if (strpbrk(text, "/:") || !parse(text, &mask))
		return -1;
	for (int length = 0; length <= 32; length++) {
		AUTO_FREE char *all = alloc_text("255.255.255.255/%d", length);

		if (parse(all, &prefix) && ip_equal(&prefix.ip, &mask.ip))
			return length;
	}
	return -1;
}

/* Puts net and ports (NULL if there are none) together as they should be written. */
static char *spell(const char *net, const char *ports)
{
	if (!ports)
		return alloc_copy(net);
	return alloc_text(strchr(net, ':') ? "[%s]:%s" : "%s:%s", net, ports);
}

/* Returns net with a prefix length in place of a netmask, or NULL if it has no netmask. */
static char *mend_netmask(const char *net)
{
	const char *slash = strchr(net, '/');
	int length = slash ? length_of_netmask(slash + 1) : -1;

	return length < 0 ? NULL : alloc_text("%.*s/%d", (int)(slash - net), net, length);
}

__attribute__((noreturn)) static void die_of_ports(const char *verb, const char *text,
						   const char *net, const char *ports)
{
	uint16_t low, high;
	int r = ports_parse(ports, strlen(ports), &low, &high);
	const char *dash = strchr(ports, '-');
	bool is_reversed = r == -ERANGE && dash && are_ports(dash + 1);

	if (is_reversed)
		die("cannot %s '%s': the last port is lower than the first", verb, text);
	if (r == -ERANGE)
		die("cannot %s '%s': a port lies between 1 and 65535", verb, text);
	AUTO_FREE char *one = spell(net, "443");
	AUTO_FREE char *more = spell(net, "8000-8099");
	diag_error("cannot %s '%s': '%s' is no port and no range of ports", verb, text, ports);
	diag_hint("'%s', or '%s'", one, more);
	exit(STATUS_FAILED);
}

/* The net is right, or would be with a prefix length; ports may be NULL. */
static void explain_net(const char *verb, const char *text, const char *net, const char *ports)
{
	AUTO_FREE char *mended = mend_netmask(net);
	AUTO_FREE char *meant = spell(mended ? mended : net, ports);
	struct prefix prefix;

	if (!mended && !parse(net, &prefix))
		return;
	if (ports && !are_ports(ports))
		die_of_ports(verb, text, net, ports);
	if (mended)
		diag_error("cannot %s '%s': it needs a prefix length, not a netmask", verb, text);
	else if (ports && strchr(net, ':'))
		diag_error("cannot %s '%s': brackets part an IPv6 address from its ports", verb,
			   text);
	else
		diag_error("cannot %s '%s': brackets are for IPv6 addresses with ports", verb,
			   text);
	diag_hint("did you mean '%s'?", meant);
	exit(STATUS_FAILED);
}

static void explain_length(const char *verb, const char *text, const char *net)
{
	AUTO_FREE char *address = alloc_text("%.*s", (int)strcspn(net, "/"), net);
	bool is_v4 = !strchr(address, ':');
	struct prefix prefix;

	if (strchr(net, '/') && parse(address, &prefix))
		die("cannot %s '%s': an IPv%c prefix length is 0 to %d", verb, text,
		    is_v4 ? '4' : '6', is_v4 ? 32 : 128);
}

static bool is_all(const char *text)
{
	return text[0] == ':' && are_ports(text + 1);
}

/* Are these several destinations, with commas between them? */
static bool is_list(const char *text)
{
	AUTO_FREE char *copy = alloc_copy(text);
	char *rest = copy;
	struct prefix prefix;
	bool is_right = strchr(text, ',');

	for (const char *part; is_right && (part = strsep(&rest, ","));) {
		part += strspn(part, " ");
		is_right = is_all(part) || parse(part, &prefix);
	}
	return is_right;
}

__attribute__((noreturn)) static void die_unread(const char *verb, const char *text)
{
	if (is_list(text)) {
		diag_error(IS_NONE, verb, text);
		(void)option_hint_each(strcmp(verb, EXCLUDE) == 0 ? "-e" : "--only", text);
		exit(STATUS_FAILED);
	}
	AUTO_FREE char *plain = alloc_copy(text);
	AUTO_FREE char *net = NULL;
	char *end = plain;

	for (const char *c = text; *c; c++)
		if (*c != '[' && *c != ']')
			*end++ = *c;
	*end = '\0';
	const char *colon = strrchr(plain, ':');
	if (text[0] == ':' && text[1] != ':')
		die_of_ports(verb, text, "", text + 1);
	explain_net(verb, text, plain, NULL);
	if (colon)
		net = alloc_text("%.*s", (int)(colon - plain), plain);
	/* What follows an IPv6 address's last colon is most likely the rest of the address. */
	if (colon && (text[0] == '[' || !strchr(net, ':') || are_ports(colon + 1))) {
		explain_net(verb, text, net, colon + 1);
		explain_length(verb, text, net);
	}
	explain_length(verb, text, plain);
	diag_error(IS_NONE, verb, text);
	if (are_ports(text))
		diag_hint("did you mean ':%s'?", text);
	else
		diag_hint("'192.0.2.0/24', '192.0.2.1:443', or '[2001:db8::/32]:443'");
	exit(STATUS_FAILED);
}

/*
 * An address with the prefix length of its interface, as ip(8) shows it, may mean the address alone or the
 * network, of which all is pinned or unpinned then.
 */
static void check_bits(const char *verb, const char *text, const struct prefix *prefix)
{
	const char *net = text + (text[0] == '[');
	const char *slash = strchr(net, '/');
	AUTO_FREE char *address = alloc_text("%.*s", (int)strcspn(net, "/"), net);
	char network[IP_TEXT_SIZE];
	struct ip ip;

	if (!slash || ip_parse(address, &ip) < 0 || ip_equal(&ip, &prefix->ip))
		return;
	const char *ports = strchr(slash, ':');
	AUTO_FREE char *all = alloc_text("%s/%u", ip_format(&prefix->ip, network),
					 prefix->length - (ip_is_v4(&prefix->ip) ? 96U : 0U));
	AUTO_FREE char *one_meant = spell(address, ports ? ports + 1 : NULL);
	AUTO_FREE char *all_meant = spell(all, ports ? ports + 1 : NULL);
	diag_error("cannot %s '%s': it has bits behind the prefix", verb, text);
	diag_hint("'%s' for this address, '%s' for all of the prefix", one_meant, all_meant);
	exit(STATUS_FAILED);
}

static void read_destination(const char *verb, const char *text, struct destination *destination)
{
	struct prefix *prefixes = destination->prefixes;
	bool has_all = is_all(text);
	AUTO_FREE char *v4 = has_all ? alloc_text("0.0.0.0/0%s", text) : alloc_copy(text);
	AUTO_FREE char *v6 = alloc_text("[::/0]%s", text);

	destination->text = text;
	destination->count = has_all ? 2 : 1;
	if (!parse(v4, &prefixes[0]) || (has_all && !parse(v6, &prefixes[1])))
		die_unread(verb, text);
	if (!has_all)
		check_bits(verb, text, &prefixes[0]);
}

/*
 * An IPv6 address that ends in a number may have been meant to end before it: then all but that
 * address would leave unpinned, the one that was meant as well.
 */
static void check_end(const char *text)
{
	const char *colon = strrchr(text, ':');
	struct prefix prefix;

	if (strpbrk(text, "[/") || !colon || colon == text || !are_ports(colon + 1))
		return;
	AUTO_FREE char *address = alloc_text("%.*s", (int)(colon - text), text);
	if (!strchr(address, ':') || !parse(address, &prefix))
		return;
	diag_error("cannot pin only '%s': '%s' may be a port, or belong to the address", text,
		   colon + 1);
	diag_hint("'[%s]:%s', or '%s/128'", address, colon + 1, text);
	exit(STATUS_FAILED);
}

static struct destination *read_all(const struct options *options, const char *verb,
				    const char **texts, size_t count)
{
	struct destination *all = alloc_array(count, sizeof(*all));

	for (size_t i = 0; i < count; i++) {
		options_place(options, texts[i]);
		read_destination(verb, texts[i], &all[i]);
	}
	return all;
}

/* Would the exclusion leave nothing of the other destination? */
static bool leaves_nothing(const struct destination *excluded, const struct destination *only)
{
	for (size_t i = 0; i < only->count; i++) {
		size_t j = 0;

		while (j < excluded->count &&
		       !exempt_covers(&excluded->prefixes[j], &only->prefixes[i]))
			j++;
		if (j == excluded->count)
			return false;
	}
	return true;
}

static void check_contradiction(const struct destination *excluded, const struct destination *only)
{
	if (!leaves_nothing(excluded, only))
		return;
	diag_error("cannot use '--only %s' with '--exclude %s': nothing of it would be pinned",
		   only->text, excluded->text);
	diag_hint("exclude a part of '%s', or leave out one of them", only->text);
	exit(STATUS_FAILED);
}

static void add(const struct destination *destination, enum reach reach, struct prefix *prefixes,
		struct pin *pin)
{
	for (size_t i = 0; i < destination->count; i++) {
		prefixes[pin->exempt_count] = destination->prefixes[i];
		prefixes[pin->exempt_count++].reach = reach;
	}
}

void destinations_resolve(const struct options *options, struct pin *pin)
{
	size_t excluded_count = options->excluded_count, only_count = options->only_count;
	AUTO_FREE struct destination *excluded =
		read_all(options, EXCLUDE, options->excluded, excluded_count);
	AUTO_FREE struct destination *only =
		read_all(options, "pin only", options->only, only_count);
	for (size_t i = 0; i < only_count; i++)
		check_end(only[i].text);
	struct prefix *prefixes = alloc_array(2 * (excluded_count + only_count), sizeof(*prefixes));

	for (size_t i = 0; i < only_count; i++)
		for (size_t j = 0; j < excluded_count; j++)
			check_contradiction(&excluded[j], &only[i]);
	for (size_t i = 0; i < excluded_count; i++)
		add(&excluded[i], REACH_EXCLUDED, prefixes, pin);
	for (size_t i = 0; i < only_count; i++)
		add(&only[i], REACH_REMOTE, prefixes, pin);
	pin->excludes = excluded_count + only_count > 0;
	exempt_settle(pin, prefixes);
}

void destinations_check(const struct options *options, const struct pin *pin)
{
	for (size_t i = 0; i < options->only_count; i++) {
		struct destination only;

		options_place(options, options->only[i]);
		read_destination("pin only", options->only[i], &only);
		const struct ip *ip = &only.prefixes[0].ip;
		if (only.count == 1 && pin_source_for(pin, ip)->mode == PIN_REFUSED)
			die("cannot pin only '%s': IPv%c has no pin", only.text,
			    ip_is_v4(ip) ? '4' : '6');
	}
}
