/* SPDX-License-Identifier: MIT */
/*
 * Reads the options that become socket options of every socket, and tries each on a socket before
 * the program starts. Otherwise the program would only see that every socket(2) fails.
 */
#include "resolve/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/nearest.h"
#include "option_hint.h"
#include "pin/text.h"
#include "resolve/probe.h"

/* Reads a value into settings. False if it is none. */
typedef bool read_value(const char *value, struct pin_settings *settings);

/* All of text: a number from low to high. */
static bool read_number(const char *text, unsigned long low, unsigned long high,
			enum setting setting, struct pin_settings *settings)
{
	unsigned long number;

	if (number_parse(text, strlen(text), low, high, &number) < 0)
		return false;
	setting_give(settings, setting, (uint32_t)number);
	return true;
}

/* Marks are usually written as `ip rule` shows them, 0x10. To that program, 010 is 8. */
static bool read_bits(const char *text, uint32_t *ret_bits)
{
	unsigned long number;
	char *end;

	if (text[0] == '0' && isdigit((unsigned char)text[1]))
		return false;

	if (strncmp(text, "0x", 2) != 0 || !isxdigit((unsigned char)text[2])) {
		if (number_parse(text, strlen(text), 0, UINT32_MAX, &number) < 0)
			return false;
		*ret_bits = (uint32_t)number;
		return true;
	}
	errno = 0;
	unsigned long long bits = strtoull(text, &end, 16);
	if (errno || *end || bits > UINT32_MAX)
		return false;
	*ret_bits = (uint32_t)bits;
	return true;
}

/* N or N/MASK, as iptables and `ip rule` write it. */
static bool read_mark(const char *value, struct pin_settings *settings)
{
	AUTO_FREE char *text = alloc_copy(value);
	char *mask_text = text;
	uint32_t mark, mask = UINT32_MAX;

	if (!read_bits(strsep(&mask_text, "/"), &mark) ||
	    (mask_text && !read_bits(mask_text, &mask)))
		return false;
	if (mark & ~mask || !mask)
		return false;
	setting_give(settings, SETTING_MARK, mark);
	if (mask != UINT32_MAX)
		setting_give(settings, SETTING_KEPT, ~mask);
	return true;
}

static bool read_priority(const char *value, struct pin_settings *settings)
{
	return read_number(value, 0, INT32_MAX, SETTING_PRIORITY, settings);
}

/* The names of RFC 2474 (cs), 2597 (af), 3246 (ef), 5865 (va) and 8622 (le), as nft has them. */
static bool find_code_point(const char *name, uint32_t *ret_point)
{
	static const struct {
		const char *name;
		uint32_t point;
	} others[] = {{"be", 0}, {"df", 0}, {"le", 1}, {"va", 44}, {"ef", 46}};
	uint32_t class, drop;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasecmp(name, others[i].name) == 0) {
			*ret_point = others[i].point;
			return true;
		}
	if (strlen(name) < 3 || strlen(name) > 4)
		return false;
	class = (uint32_t)name[2] - '0';
	drop = name[3] ? (uint32_t)name[3] - '0' : 0;
	bool is_selector = strncasecmp(name, "cs", 2) == 0 && class <= 7 && !name[3];
	bool is_assured = strncasecmp(name, "af", 2) == 0 && class >= 1 && class <= 4 &&
			  drop >= 1 && drop <= 3;
	*ret_point = class * 8 + drop * 2;
	return is_selector || is_assured;
}

static bool read_dscp(const char *value, struct pin_settings *settings)
{
	unsigned long number;
	uint32_t point;

	if (number_parse(value, strlen(value), 0, 63, &number) == 0)
		point = (uint32_t)number;
	else if (!find_code_point(value, &point))
		return false;
	setting_give(settings, SETTING_TOS, point << 2); /* two bits of the byte are ECN's */
	return true;
}

static bool read_ttl(const char *value, struct pin_settings *settings)
{
	return read_number(value, 1, 255, SETTING_TTL, settings);
}

/* TCP_MIN_MSS and MAX_TCP_WINDOW of net/tcp.h are what do_tcp_setsockopt() takes. */
static bool read_mss(const char *value, struct pin_settings *settings)
{
	return read_number(value, 88, 32767, SETTING_MSS, settings);
}

/* MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL and MAX_TCP_KEEPCNT of net/tcp.h. */
static bool read_keepalive(const char *value, struct pin_settings *settings)
{
	static const struct {
		enum setting setting;
		unsigned long high;
	} parts[] = {{SETTING_IDLE, 32767}, {SETTING_INTERVAL, 32767}, {SETTING_PROBES, 127}};
	AUTO_FREE char *text = alloc_copy(value);
	char *rest = text;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rest; i++) {
		const char *part = strsep(&rest, ",");

		if (!read_number(part, 1, parts[i].high, parts[i].setting, settings))
			return false;
	}
	return !rest;
}

/* The kernel cuts a longer name off, and a blank ends it in the kernel's own list. */
static bool read_congestion(const char *value, struct pin_settings *settings)
{
	size_t length = strlen(value);

	if (length == 0 || length >= SETTING_NAME_SIZE || strcspn(value, " \t\n") != length)
		return false;
	memcpy(settings->congestion, value, length);
	return true;
}

/* As curl's --limit-rate: bytes a second, with k, M or G for multiples of 1024. */
static bool read_rate(const char *value, struct pin_settings *settings)
{
	static const char units[] = "kMG";
	size_t digits = strspn(value, "0123456789");
	const char *unit = value[digits] ? strchr(units, value[digits]) : NULL;
	unsigned int shift = unit ? 10 * (unsigned int)(unit - units + 1) : 0;
	unsigned long number;

	if (value[digits] && (!unit || value[digits + 1]))
		return false;
	if (number_parse(value, digits, 1, (UINT32_MAX - 1) >> shift, &number) < 0)
		return false;
	setting_give(settings, SETTING_RATE, (uint32_t)number << shift);
	return true;
}

static const struct rule {
	const char *option;
	read_value *read;
	const char *right; /* what would be right */
	const char *needs; /* the capability that EPERM asks for */
} rules[] = {
	{"mark", read_mark,
	 "N or N/MASK: numbers up to 4294967295 or 0xffffffff, with no bit of N outside MASK",
	 "CAP_NET_ADMIN or CAP_NET_RAW"},
	{"priority", read_priority, "a number from 0 to 6, and higher for root",
	 "CAP_NET_ADMIN for more than 6"},
	{"dscp", read_dscp,
	 "a number from 0 to 63, or a name: be, le, cs0 to cs7, af11 to af43, va, ef", NULL},
	{"ttl", read_ttl, "a number from 1 to 255", NULL},
	{"mss", read_mss, "a number of bytes from 88 to 32767", NULL},
	{"keepalive", read_keepalive,
	 "IDLE[,EVERY[,N]]: seconds from 1 to 32767, and N from 1 to 127", NULL},
	{"congestion", read_congestion, "a name of at most 15 characters",
	 "CAP_NET_ADMIN if net.ipv4.tcp_allowed_congestion_control does not name it"},
	{"rate", read_rate,
	 "a number of bytes a second below 4G, plain or with k, M or G for multiples of 1024",
	 NULL},
};

static const struct rule *rule_of(const char *option)
{
	const struct rule *rule = rules;

	while (strcmp(rule->option, option) != 0)
		rule++; /* there is a rule for each such option */
	return rule;
}

/* Tries the settings on one socket of each family and kind that has their options. */
static int probe_all(const struct pin_settings *settings)
{
	static const int domains[] = {AF_INET, AF_INET6}, types[] = {SOCK_STREAM, SOCK_DGRAM};
	int r = 0;

	for (size_t i = 0; r == 0 && i < 4; i++)
		r = probe_settings(settings, domains[i / 2], types[i % 2]);
	return r;
}

/*
 * probe_all() with the capabilities that the program will have, because its own processes make the
 * sockets: execve(2) takes all but the ambient ones from a user's program.
 */
static int probe_as_program(const struct pin_settings *settings)
{
	CLEANUP(cleanup_caps) cap_t own = cap_get_proc();
	CLEANUP(cleanup_caps) cap_t less = cap_get_proc();
	bool is_lowered = geteuid() != 0 && own && less;

	for (cap_value_t i = 0; is_lowered && i < cap_max_bits(); i++)
		if (cap_get_ambient(i) != CAP_SET)
			(void)cap_set_flag(less, CAP_EFFECTIVE, 1, &i, CAP_CLEAR);
	if (is_lowered)
		(void)cap_set_proc(less); /* lowering is always permitted */
	int r = probe_all(settings);
	if (is_lowered)
		(void)cap_set_proc(own);
	return r;
}

/* Hints at the algorithm with the most similar name, or at those that the user may choose. */
static void hint_algorithms(const char *name, bool is_name)
{
	CLEANUP(cleanup_file)
	FILE *file = fopen(geteuid() == 0 ? "/proc/sys/net/ipv4/tcp_available_congestion_control"
					  : "/proc/sys/net/ipv4/tcp_allowed_congestion_control",
			   "re");
	struct nearest nearest = nearest_to(name);
	AUTO_FREE char *list = NULL;
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	char *rest = file && getline(&line, &size, file) > 0 ? line : NULL;
	for (const char *word; (word = strsep(&rest, " \n"));) {
		if (*word)
			alloc_append(&list, "%s%s", list ? ", " : "", word);
		nearest_try(&nearest, word);
	}
	if (nearest.best)
		diag_hint("did you mean '%s'?", nearest.best);
	else if (list && is_name)
		diag_hint("there are %s; root's 'modprobe tcp_%s' may load it", list, name);
	else if (list)
		diag_hint("there are %s", list);
}

/*
 * Returns value in another spelling: a hexadecimal number in decimal digits, or a unit as bindto
 * writes it, k, M or G. To be freed; NULL if it is neither.
 */
static char *respell(const char *value)
{
	size_t digits = strspn(value, "0123456789");
	const char *rest = value[digits] ? value + digits + 1 : "";
	char unit = (char)toupper((unsigned char)value[digits]), *end;

	if (strncasecmp(value, "0x", 2) == 0 && isxdigit((unsigned char)value[2])) {
		unsigned long number = strtoul(value, &end, 16);
		return *end ? NULL : alloc_text("%lu", number);
	}
	/* A small b is more likely a bit. */
	if (!digits || !unit || (*rest && strcmp(rest, "B") != 0 && strcmp(rest, "iB") != 0))
		return NULL;
	return alloc_text("%.*s%c", (int)digits, value, unit == 'K' ? 'k' : unit);
}

static void hint_value(const struct rule *rule, const struct given *given)
{
	struct pin_settings none = {0};
	AUTO_FREE char *other = respell(given->value);
	AUTO_FREE char *word = option_nearest_value(given->row, given->value);

	if (rule->read == read_congestion)
		hint_algorithms(given->value, false);
	else if (other && rule->read(other, &none))
		diag_hint("did you mean '%s'?", other);
	else if (word)
		diag_hint("did you mean '%s'?", word);
}

/* The kernel permits it only with a capability, or another bindto holds the sockets. */
__attribute__((noreturn)) static void die_not_permitted(const struct rule *rule, const char *value)
{
	if (rule->read == read_mark && probe_holds_mark()) {
		diag_error("cannot use '--mark %s': another bindto runs this one, and holds its "
			   "own mark",
			   value);
		diag_hint("leave out '--mark %s' here, or give it to the outer bindto", value);
		exit(STATUS_FAILED);
	}
	diag_error("cannot use '--%s %s': it needs %s", rule->option, value, rule->needs);
	diag_hint("run bindto by sudo, or as you: sudo setpriv --reuid=$(id -u) --regid=$(id -g) "
		  "--init-groups --inh-caps +net_admin --ambient-caps +net_admin bindto ...");
	exit(STATUS_FAILED);
}

static void check_permitted(const struct rule *rule, const char *value,
			    const struct pin_settings *settings)
{
	int r = probe_as_program(settings);

	if (r == -EPERM && rule->needs)
		die_not_permitted(rule, value);
	if (r == -ENOENT) {
		diag_error("cannot use '--congestion %s': no such algorithm is loaded", value);
		hint_algorithms(value, true);
		exit(STATUS_FAILED);
	}
	if (r < 0)
		die("cannot use '--%s %s': %s", rule->option, value, strerror(-r));
}

void settings_resolve(const struct options *options, struct pin_settings *ret_settings)
{
	struct pin_settings all = {0};

	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];

		if (given->row->about != ABOUT_SOCKET)
			continue;
		const struct rule *rule = rule_of(given->row->name);
		options_place(options, given->value);
		if (!rule->read(given->value, &all)) {
			diag_error("cannot use '--%s %s': it is not %s", rule->option, given->value,
				   rule->right);
			hint_value(rule, given);
			exit(STATUS_FAILED);
		}
		/* The settings before this one were permitted, so a failure is this one's. */
		check_permitted(rule, given->value, &all);
	}
	*ret_settings = all;
}
