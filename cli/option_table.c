/* SPDX-License-Identifier: MIT */
/*
 * The options in the order of the help, and how the value of each gets into struct options. To add an
 * option: a row and its reader; cli/README.md names the other places.
 */
#include "option_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/nearest.h"
#include "options.h"
#include "pin/pool.h"
#include "pin/setting.h"
#include "pin/text.h"

/* Which of the words is name? Ends bindto if it is none of them. */
static size_t choice_of(const char *option, const char *name, const char *const words[],
			size_t count)
{
	struct nearest nearest = nearest_to(name);
	AUTO_FREE char *list = NULL;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, words[i]) == 0)
			return i;
		nearest_try(&nearest, words[i]);
		alloc_append(&list, "%s%s", i ? ", " : "", words[i]);
	}
	diag_error("cannot use '%s%s': it must be one of %s", option, name, list);
	if (nearest.best)
		diag_hint("did you mean '%s'?", nearest.best);
	exit(STATUS_FAILED);
}

static void add(const char ***list, size_t *count, const char *value)
{
	*list = alloc_grow(*list, *count, sizeof(**list));
	(*list)[(*count)++] = value;
}

static void read_address(struct options *options, const char *value)
{
	add(&options->addresses, &options->address_count, value);
}

static void read_interface(struct options *options, const char *value)
{
	add(&options->interfaces, &options->interface_count, value);
}

static void read_pick(struct options *options, const char *value)
{
	const char *words[PICK_COUNT];

	for (size_t i = 0; i < PICK_COUNT; i++)
		words[i] = pool_pick_name((enum pick)i);
	options->pick = (enum pick)choice_of("--pick ", value, words, PICK_COUNT);
}

static void read_freebind(struct options *options, const char *value)
{
	(void)value;
	options->freebind = true;
}

static void read_ports(struct options *options, const char *value)
{
	options->ports = value;
}

static void read_v4(struct options *options, const char *value)
{
	(void)value;
	options->only_v4 = true;
}

static void read_v6(struct options *options, const char *value)
{
	(void)value;
	options->only_v6 = true;
}

static void read_addresses(struct options *options, const char *value)
{
	static const char *const words[] = {"temporary", "stable"};
	static const uint32_t choices[] = {PREFERS_TEMPORARY, PREFERS_STABLE};

	options->prefers = choices[choice_of("--addresses=", value, words, 2)];
}

/* Reads all of text, digits behind a point, as thousandths. */
static bool read_fraction(const char *text, unsigned long *ret_thousandths)
{
	char digits[] = "000";
	size_t length = strlen(text);

	if (length == 0 || strspn(text, "0123456789") != length)
		return false;
	memcpy(digits, text, length < 3 ? length : 3);
	return number_parse(digits, 3, 0, 999, ret_thousandths) == 0;
}

/* Seconds as sleep(1) takes them. */
static void read_wait(struct options *options, const char *value)
{
	size_t whole = value ? strcspn(value, ".") : 0;
	unsigned long seconds = 0, thousandths = 0;

	if (value && (number_parse(value, whole, 0, UINT32_MAX, &seconds) < 0 ||
		      (value[whole] && !read_fraction(value + whole + 1, &thousandths))))
		die("cannot use '--wait=%s': it is not a number of seconds, such as 10 or 0.5",
		    value);
	options->waits = true;
	options->wait_milliseconds = value ? (int64_t)seconds * 1000 + (int64_t)thousandths : -1;
}

static void read_excluded(struct options *options, const char *value)
{
	add(&options->excluded, &options->excluded_count, value);
}

static void read_view(struct options *options, const char *value)
{
	static const char *const words[] = {"host", "pin"};

	options->views = choice_of("--view=", value, words, 2) == 1;
}

static void read_only(struct options *options, const char *value)
{
	add(&options->only, &options->only_count, value);
}

static void read_listen(struct options *options, const char *value)
{
	static const char *const words[] = {"pin", "keep"};

	options->keeps_listeners = choice_of("--listen=", value, words, 2) == 1;
}

/* --strict=messages is from releases that saw sendmsg(2) only then; it means --strict. */
static void read_strict(struct options *options, const char *value)
{
	(void)options; /* the row says the rest: no engine but the supervisor will do */
	if (value && strcmp(value, "messages") != 0)
		die("cannot use '--strict=%s': the only word that it takes is 'messages'", value);
}

static void read_dns(struct options *options, const char *value)
{
	add(&options->dns, &options->dns_count, value);
}

static void read_engine(struct options *options, const char *value)
{
	options->engine = (enum engine)choice_of("--engine ", value, engine_names, ENGINE_COUNT);
}

static void read_verbose(struct options *options, const char *value)
{
	(void)value;
	options->verbose = true;
}

static void read_log(struct options *options, const char *value)
{
	options->log = value;
}

static void read_list(struct options *options, const char *value)
{
	(void)value;
	options->task = TASK_LIST;
}

static void read_explain(struct options *options, const char *value)
{
	(void)value;
	options->task = TASK_EXPLAIN;
}

static void read_desktop(struct options *options, const char *value)
{
	(void)value;
	options->task = TASK_DESKTOP;
}

static void read_json(struct options *options, const char *value)
{
	(void)value;
	options->json = true;
}

static void read_color(struct options *options, const char *value)
{
	static const char *const words[] = {"auto", "always", "never"};
	static const enum color_when choices[] = {COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER};

	options->color = value ? choices[choice_of("--color=", value, words, 3)] : COLOR_ALWAYS;
}

/* generate.cmake takes the fields by their place. */
const struct option_row option_rows[] = {
	{'a', "address", "ADDR[/LEN]", REPEAT_LIST, ABOUT_CHOICE, NULL, read_address, "ADDRESSES",
	 "pin to this local address, or to those of a prefix; if a\n"
	 "family has several, each socket takes one"},
	{'i', "interface", "NAME", REPEAT_LIST, ABOUT_CHOICE, NULL, read_interface, "INTERFACES",
	 "pin to this interface, its addresses and the device; a\n"
	 "name, alternative name, index or shell pattern; if there\n"
	 "are several, each socket takes the first that works"},
	{LETTER_NONE, "pick", "HOW", REPEAT_NO, ABOUT_PIN, NULL, read_pick,
	 "first random round-robin sticky",
	 "how a socket takes one of several: first (-i), random,\n"
	 "round-robin (-a), or sticky, always the same for a peer"},
	{LETTER_NONE, "freebind", NULL, REPEAT_SAME, ABOUT_PIN, NULL, read_freebind, NULL,
	 "let -a name addresses that this host only has a route for"},
	{'p', "port", "LOW[-HIGH]", REPEAT_NO, ABOUT_PIN, NULL, read_ports, NULL,
	 "local ports that sockets may take by themselves"},
	{'4', "ipv4", NULL, REPEAT_SAME, ABOUT_CHOICE, NULL, read_v4, NULL, "IPv4 only"},
	{'6', "ipv6", NULL, REPEAT_SAME, ABOUT_CHOICE, NULL, read_v6, NULL, "IPv6 only"},
	{LETTER_NONE, "addresses", "temporary|stable", REPEAT_NO, ABOUT_CHOICE, NULL,
	 read_addresses, "temporary stable",
	 "which IPv6 addresses to use under -i: temporary ones\n"
	 "(privacy extensions), or none of those"},
	{LETTER_NONE, "wait", "[=SECONDS]", REPEAT_NO, ABOUT_CHOICE, NULL, read_wait, "5 30 60",
	 "wait until the interface of -i is up and has an address,\n"
	 "and this host has the addresses of -a"},
	{'e', "exclude", "ADDR[/LEN][:PORTS]", REPEAT_LIST, ABOUT_PIN, NULL, read_excluded, NULL,
	 "a destination that is reached unpinned; :PORTS alone\n"
	 "is all addresses"},
	{LETTER_NONE, "only", "ADDR[/LEN][:PORTS]", REPEAT_LIST, ABOUT_PIN, NULL, read_only, NULL,
	 "a destination that is pinned; all that you do not name\n"
	 "so are reached unpinned"},
	{LETTER_NONE, "listen", "pin|keep", REPEAT_NO, ABOUT_PIN, NULL, read_listen, "pin keep",
	 "where TCP listeners hear: pin (the default), on the pin;\n"
	 "keep, on the address that the program asks for"},
	{LETTER_NONE, "view", "host|pin", REPEAT_NO, ABOUT_PIN, NULL, read_view, "host pin",
	 "pin: the program sees no interface but loopback and the\n"
	 "pinned one; host (the default): it sees all"},
	{LETTER_NONE, "mark", "N[/MASK]", REPEAT_NO, ABOUT_SOCKET, NULL, NULL, NULL,
	 "give every socket this mark (SO_MARK), for `ip rule`, or\n"
	 "change the bits of MASK; needs CAP_NET_ADMIN or CAP_NET_RAW"},
	{LETTER_NONE, "priority", "N", REPEAT_NO, ABOUT_SOCKET, NULL, NULL, NULL,
	 "give every socket this priority (SO_PRIORITY): 0 to 6"},
	{LETTER_NONE, "dscp", "NAME|N", REPEAT_NO, ABOUT_SOCKET, NULL, NULL,
	 "be le cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 af11 af12 af13 af21 af22 af23 af31 af32 af33 af41 "
	 "af42 af43 va ef",
	 "send packets with this DSCP: ef, af41, cs1, le, 46 ..."},
	{LETTER_NONE, "ttl", "N", REPEAT_NO, ABOUT_SOCKET, NULL, NULL, NULL,
	 "the TTL (hop limit) of unicast packets"},
	{LETTER_NONE, "mss", "BYTES", REPEAT_NO, ABOUT_SOCKET, NULL, NULL, NULL,
	 "the largest TCP segment"},
	{LETTER_NONE, "keepalive", "IDLE[,EVERY[,N]]", REPEAT_NO, ABOUT_SOCKET, NULL, NULL, NULL,
	 "probe a connection that was idle for IDLE seconds"},
	{LETTER_NONE, "congestion", "NAME", REPEAT_NO, ABOUT_SOCKET, NULL, NULL, "ALGORITHMS",
	 "the congestion control of TCP: bbr, cubic, reno ..."},
	{LETTER_NONE, "rate", "BYTES[k|M|G]", REPEAT_NO, ABOUT_SOCKET, NULL, NULL, NULL,
	 "each socket sends at most so many bytes a second"},
	{'s', "strict", "[=messages]", REPEAT_SAME, ABOUT_RUN,
	 "the library does not see every call", read_strict, "messages",
	 "let the supervisor alone hold the program: for one that\n"
	 "you do not trust (=messages means the same)"},
	{LETTER_DNS, "dns", "ADDR[:PORT]", REPEAT_LIST, ABOUT_RUN,
	 "the library does not see libc's lookups", read_dns, NULL,
	 "send name lookups to this server, pinned unless -e or\n"
	 "--only exempts it; once for each family; implies --strict"},
	{LETTER_ENGINE, "engine", "both|preload|supervise", REPEAT_NO, ABOUT_RUN, NULL, read_engine,
	 "both preload supervise",
	 "how to hold the program: both (the default), by library\n"
	 "and supervisor; preload, by the library alone, which\n"
	 "leaves libc's lookups unpinned; supervise, as --strict"},
	{'v', "verbose", NULL, REPEAT_SAME, ABOUT_RUN, NULL, read_verbose, NULL,
	 "one line on stderr for each socket"},
	{LETTER_NONE, "log", "FILE", REPEAT_NO, ABOUT_RUN, NULL, read_log, "FILES",
	 "append to FILE what -v tells, one line of JSON for each"},
	{'c', "config", "NAME", REPEAT_NO, ABOUT_RUN, NULL, NULL, "PROFILES",
	 "take options from ~/.config/bindto/NAME, else from\n"
	 "/etc/bindto/NAME; if NAME has a slash, from that file"},
	{'l', "list", NULL, REPEAT_SAME, ABOUT_TASK, NULL, read_list, NULL,
	 "list the interfaces and their addresses"},
	{LETTER_EXPLAIN, "explain", NULL, REPEAT_SAME, ABOUT_TASK, NULL, read_explain, NULL,
	 "say what would happen, and what is in the way; start nothing"},
	{LETTER_DESKTOP, "desktop-entry", NULL, REPEAT_SAME, ABOUT_TASK, NULL, read_desktop, NULL,
	 "print a menu entry (.desktop file) that runs PROGRAM so"},
	{LETTER_NONE, "json", NULL, REPEAT_SAME, ABOUT_FORM, NULL, read_json, NULL,
	 "--list and --explain for scripts"},
	{LETTER_NONE, "color", "[=WHEN]", REPEAT_NO, ABOUT_FORM, NULL, read_color,
	 "auto always never", "colours: auto (on terminals), always, never"},
	{'h', "help", NULL, REPEAT_SAME, ABOUT_BINDTO, NULL, NULL, NULL, "print this help"},
	{'V', "version", NULL, REPEAT_SAME, ABOUT_BINDTO, NULL, NULL, NULL, "print the version"},
};

const size_t option_count = sizeof(option_rows) / sizeof(option_rows[0]);

/* Where the help of an option begins. */
enum { HELP_COLUMN = 39 };

const struct option_row *option_by_letter(int letter)
{
	const struct option_row *row = option_rows;

	while (row->letter != letter)
		row++;
	return row;
}

char *option_text(const struct option_row *row, char buffer[OPTION_TEXT_SIZE])
{
	if (row->letter >= ' ')
		(void)snprintf(buffer, OPTION_TEXT_SIZE, "-%c", row->letter);
	else
		(void)snprintf(buffer, OPTION_TEXT_SIZE, "--%s", row->name);
	return buffer;
}

bool option_argument_is_optional(const struct option_row *row)
{
	return row->argument && row->argument[0] == '[';
}

void option_print_all(void)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		const char *blank = row->argument && !option_argument_is_optional(row) ? " " : "";
		AUTO_FREE char *words = alloc_text(
			"  %c%c%c --%s%s%s", row->letter < ' ' ? ' ' : '-',
			row->letter < ' ' ? ' ' : row->letter, row->letter < ' ' ? ' ' : ',',
			row->name, blank, row->argument ? row->argument : "");

		(void)printf("%-*s", HELP_COLUMN, words);
		for (const char *c = row->help; *c; c++)
			if (*c == '\n')
				(void)printf("\n%*s", HELP_COLUMN, "");
			else
				(void)putchar(*c);
		(void)putchar('\n');
	}
}
