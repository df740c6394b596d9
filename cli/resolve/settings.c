/* SPDX-License-Identifier: MIT */
/*
 * Whether the kernel takes a value is tried on a socket, before the program starts: the program
 * would only see that it cannot make any socket.
 */
#include "resolve/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "pin/codec.h"
#include "resolve/probe.h"

static const struct rule {
	const char *option;
	enum setting setting;
	unsigned long low, high;
	const char *right; /* what would be right */
	const char *needs; /* the capability that EPERM asks for */
} rules[] = {
	{"mark", SETTING_MARK, 0, UINT32_MAX, "a number from 0 to 4294967295 or 0xffffffff",
	 "CAP_NET_ADMIN or CAP_NET_RAW"},
	{"priority", SETTING_PRIORITY, 0, INT32_MAX, "a number from 0 to 6, and higher for root",
	 "CAP_NET_ADMIN for more than 6"},
};

static const struct rule *rule_of(const char *option)
{
	const struct rule *rule = rules;

	while (strcmp(rule->option, option) != 0)
		rule++; /* there is a rule for each such option */
	return rule;
}

/* Marks are usually written as `ip rule` shows them, 0x10. */
static bool parse_hexadecimal(const char *value, unsigned long *ret_number)
{
	char *end;

	if (strncmp(value, "0x", 2) != 0 || !isxdigit((unsigned char)value[2]))
		return false;
	errno = 0;
	*ret_number = strtoul(value, &end, 16);
	return errno == 0 && *end == '\0';
}

static uint32_t parse(const struct rule *rule, const char *value)
{
	unsigned long number;
	bool is_number =
		parse_hexadecimal(value, &number)
			? rule->low <= number && number <= rule->high
			: number_parse(value, strlen(value), rule->low, rule->high, &number) == 0;

	if (!is_number)
		die("cannot use '--%s %s': it is not %s", rule->option, value, rule->right);
	return (uint32_t)number;
}

/*
 * probe_settings() with the capabilities that the program will have, because its own processes make
 * the sockets: execve(2) takes all but the ambient ones from a user's program.
 */
static int probe_as_program(const struct pin_settings *settings, int domain, int type)
{
	CLEANUP(cleanup_caps) cap_t own = cap_get_proc();
	CLEANUP(cleanup_caps) cap_t less = cap_get_proc();
	bool is_lowered = geteuid() != 0 && own && less;

	for (cap_value_t i = 0; is_lowered && i < cap_max_bits(); i++)
		if (cap_get_ambient(i) != CAP_SET)
			(void)cap_set_flag(less, CAP_EFFECTIVE, 1, &i, CAP_CLEAR);
	if (is_lowered)
		(void)cap_set_proc(less); /* lowering is always permitted */
	int r = probe_settings(settings, domain, type);
	if (is_lowered)
		(void)cap_set_proc(own);
	return r;
}

/* Tries the setting on one socket of each family and kind that has its options. */
static void check_permitted(const struct rule *rule, const char *value,
			    const struct pin_settings *settings)
{
	static const int domains[] = {AF_INET, AF_INET6}, types[] = {SOCK_STREAM, SOCK_DGRAM};

	for (size_t i = 0; i < 4; i++) {
		int r = probe_as_program(settings, domains[i / 2], types[i % 2]);

		if (r == -EPERM)
			die("cannot use '--%s %s': it needs %s", rule->option, value, rule->needs);
		if (r < 0)
			die("cannot use '--%s %s': %s", rule->option, value, strerror(-r));
	}
}

void settings_resolve(const struct options *options, struct pin_settings *ret_settings)
{
	struct pin_settings all = {0};

	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];
		struct pin_settings one = {0};

		if (given->row->about != ABOUT_SOCKET)
			continue;
		const struct rule *rule = rule_of(given->row->name);
		uint32_t number = parse(rule, given->value);
		setting_give(&one, rule->setting, number);
		check_permitted(rule, given->value, &one);
		setting_give(&all, rule->setting, number);
	}
	*ret_settings = all;
}
