/* SPDX-License-Identifier: MIT */
/*
 * The pin as text and back. The text crosses an exec in the environment of a program that may have
 * changed it, so reading is strict: every key at most once, every value whole, nothing unknown.
 */
#include "pin/codec.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * Bumped when the meaning of the text changes: an older library then refuses instead of guessing.
 */
#define PIN_VERSION "1"

/* A piece of the text that is being read. */
struct span {
	const char *text;
	size_t length;
};

static bool span_is(struct span span, const char *word)
{
	return span.length == strlen(word) && memcmp(span.text, word, span.length) == 0;
}

/*
 * Cuts the part before the first separator off *rest, the separator too; all of it if none is.
 */
static struct span span_cut(struct span *rest, char separator)
{
	const char *end = memchr(rest->text, separator, rest->length);
	size_t length = end == NULL ? rest->length : (size_t)(end - rest->text);
	struct span head = {rest->text, length};
	size_t skip = end == NULL ? length : length + 1;
	rest->text += skip;
	rest->length -= skip;
	return head;
}

static int span_ip(struct span span, struct ip *ret_ip)
{
	char text[IP_TEXT_SIZE];
	if (span.length >= sizeof(text))
		return -EINVAL;
	memcpy(text, span.text, span.length);
	text[span.length] = '\0';
	return ip_parse(text, ret_ip);
}

int number_parse(const char *text, size_t length, unsigned long low, unsigned long high,
		 unsigned long *ret_number)
{
	unsigned long number = 0;
	if (length == 0)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(number, 10UL, &number) ||
		    __builtin_add_overflow(number, (unsigned long)(text[i] - '0'), &number))
			number = (unsigned long)-1; /* stays there: the next digit overflows too */
	}
	if (number < low || number > high)
		return -ERANGE;
	*ret_number = number;
	return 0;
}

static void clear_bits_from(struct ip *ip, unsigned int first)
{
	for (unsigned int bit = first; bit < 128; bit++)
		ip->bytes[bit / 8] &= (uint8_t) ~(0x80U >> (bit % 8));
}

int prefix_parse(const char *text, size_t length, struct prefix *ret_prefix)
{
	struct span rest = {text, length};
	struct span address = span_cut(&rest, '/');
	struct ip ip;
	if (span_ip(address, &ip) < 0)
		return -EINVAL;

	unsigned int offset =
		ip_is_v4(&ip) && memchr(address.text, ':', address.length) == NULL ? 96 : 0;
	unsigned long bits = 128 - offset;
	if (address.length != length && number_parse(rest.text, rest.length, 0, bits, &bits) < 0)
		return -EINVAL;
	clear_bits_from(&ip, offset + (unsigned int)bits);
	*ret_prefix = (struct prefix){
		.ip = ip,
		.length = (uint8_t)(offset + bits),
		.reach = REACH_EXCLUDED,
	};
	return 0;
}

/* refused, any, or ADDR[%SCOPE] */
static int read_source(struct span value, bool v4, struct pin_source *ret_source)
{
	struct pin_source source = {.mode = PIN_ADDRESS};
	if (span_is(value, "refused") || span_is(value, "any")) {
		source.mode = span_is(value, "any") ? PIN_ANY : PIN_REFUSED;
		*ret_source = source;
		return 0;
	}
	struct span rest = value;
	struct span address = span_cut(&rest, '%');
	unsigned long scope = 0;
	if (span_ip(address, &source.ip) < 0 || ip_is_v4(&source.ip) != v4)
		return -EINVAL;
	if (address.length != value.length &&
	    number_parse(rest.text, rest.length, 1, UINT32_MAX, &scope) < 0)
		return -EINVAL;
	source.scope = (uint32_t)scope;
	*ret_source = source;
	return 0;
}

/*
 * INDEX:NAME[:follows]; a name holds neither colon nor blank (dev_valid_name() in net/core/dev.c).
 */
static int read_interface(struct span value, struct pin *pin)
{
	struct span index = span_cut(&value, ':');
	struct span name = span_cut(&value, ':');
	unsigned long number;
	if (number_parse(index.text, index.length, 1, INT32_MAX, &number) < 0)
		return -EINVAL;
	if (name.length == 0 || name.length >= sizeof(pin->ifname))
		return -EINVAL;
	if (value.length != 0 && !span_is(value, "follows"))
		return -EINVAL;
	pin->ifindex = (unsigned int)number;
	memcpy(pin->ifname, name.text, name.length);
	pin->follows = value.length != 0;
	return 0;
}

/* LOW-HIGH[:kernel] */
static int read_ports(struct span value, struct pin *pin)
{
	struct span range = span_cut(&value, ':');
	struct span low = span_cut(&range, '-');
	unsigned long from, to;
	if (number_parse(low.text, low.length, 1, UINT16_MAX, &from) < 0 ||
	    number_parse(range.text, range.length, from, UINT16_MAX, &to) < 0)
		return -EINVAL;
	if (value.length != 0 && !span_is(value, "kernel"))
		return -EINVAL;
	pin->port_low = (uint16_t)from;
	pin->port_high = (uint16_t)to;
	pin->ports_by_kernel = value.length != 0;
	return 0;
}

static int read_flag(struct span value, const char *word, bool *flag)
{
	*flag = span_is(value, word);
	return *flag ? 0 : -EINVAL;
}

/* always or never; without the key it is until forbidden. */
static int read_look(struct span value, enum pin_look *ret_look)
{
	bool always = span_is(value, "always");
	if (!always && !span_is(value, "never"))
		return -EINVAL;
	*ret_look = always ? LOOK_ALWAYS : LOOK_NEVER;
	return 0;
}

/* The word is decoded where it is used. */
static int read_path(struct span value, struct encoded_path *ret_path)
{
	char room[PATH_MAX];
	struct encoded_path path = {value.text, value.length};
	int r = path_decode(&path, room, sizeof(room));
	if (r == 0)
		*ret_path = path;
	return r;
}

enum key {
	KEY_V4,
	KEY_V6,
	KEY_INTERFACE,
	KEY_PORTS,
	KEY_EXCLUDE,
	KEY_VERBOSE,
	KEY_LOG,
	KEY_ENGINE,
	KEY_LAUNCHER,
	KEY_LOCALNET,
	KEY_LOOKS,
	KEY_INHERITS,
	KEY_COUNT,
};

/* No pointers, each of which the loader would have to relocate. */
static const char KEYS[][sizeof("launcher")] = {
	[KEY_V4] = "v4",
	[KEY_V6] = "v6",
	[KEY_INTERFACE] = "if",
	[KEY_PORTS] = "ports",
	[KEY_EXCLUDE] = "exclude",
	[KEY_VERBOSE] = "verbose",
	[KEY_LOG] = "log",
	[KEY_ENGINE] = "engine",
	[KEY_LAUNCHER] = "launcher",
	[KEY_LOCALNET] = "localnet",
	[KEY_LOOKS] = "looks",
	[KEY_INHERITS] = "inherits",
};
static_assert(sizeof(KEYS) / sizeof(KEYS[0]) == KEY_COUNT, "a name for every key");

static int read_value(enum key key, struct span value, struct pin *pin, struct prefix *room,
		      size_t rooms)
{
	switch (key) {
	case KEY_V4:
		return read_source(value, true, &pin->v4);
	case KEY_V6:
		return read_source(value, false, &pin->v6);
	case KEY_INTERFACE:
		return read_interface(value, pin);
	case KEY_PORTS:
		return read_ports(value, pin);
	case KEY_EXCLUDE:
		if (pin->exempt_count == rooms)
			return -ENOBUFS;
		pin->excludes = true;
		return prefix_parse(value.text, value.length, &room[pin->exempt_count++]);
	case KEY_VERBOSE:
		return read_flag(value, "1", &pin->carried.verbose);
	case KEY_LOG:
		return read_path(value, &pin->carried.log);
	case KEY_ENGINE:
		return read_flag(value, "both", &pin->gated);
	case KEY_LAUNCHER:
		return read_path(value, &pin->carried.launcher);
	case KEY_LOCALNET:
		return read_flag(value, "1", &pin->localnet);
	case KEY_LOOKS:
		return read_look(value, &pin->carried.looks);
	case KEY_INHERITS:
		return read_flag(value, "1", &pin->inherits);
	case KEY_COUNT:
		break;
	}
	return -EINVAL;
}

int pin_decode(const char *text, struct pin *ret_pin, struct prefix *room, size_t rooms)
{
	struct pin pin = {.exempt = room};
	bool seen[KEY_COUNT] = {false};
	struct span rest = {text, strlen(text)};

	if (!span_is(span_cut(&rest, ' '), PIN_VERSION))
		return -EINVAL;
	while (rest.length > 0) {
		struct span value = span_cut(&rest, ' ');
		struct span name = span_cut(&value, '=');
		unsigned int key = 0;
		while (key < KEY_COUNT && !span_is(name, KEYS[key]))
			key++;
		if (key == KEY_COUNT || (seen[key] && key != KEY_EXCLUDE))
			return -EINVAL;
		seen[key] = true;
		int r = read_value((enum key)key, value, &pin, room, rooms);
		if (r < 0)
			return r;
	}
	if (!seen[KEY_V4] || !seen[KEY_V6])
		return -EINVAL;
	*ret_pin = pin;
	return 0;
}

size_t pin_decode_rooms(const char *text)
{
	size_t words = 0;
	for (const char *at = text; (at = strchr(at, ' ')) != NULL; at++)
		words++;
	return words;
}

/* Text that is written as far as there is room, and counted in full. */
struct writer {
	char *buffer;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *writer, const char *format,
						      ...)
{
	size_t room = writer->size > writer->length ? writer->size - writer->length : 0;
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(room > 0 ? writer->buffer + writer->length : NULL, room, format,
			  arguments);
	va_end(arguments);
	if (n > 0)
		writer->length += (size_t)n;
}

static void put_source(struct writer *writer, const char *key, const struct pin_source *source)
{
	char text[IP_TEXT_SIZE];
	switch (source->mode) {
	case PIN_REFUSED:
		put(writer, " %s=refused", key);
		return;
	case PIN_ANY:
		put(writer, " %s=any", key);
		return;
	case PIN_ADDRESS:
		put(writer, " %s=%s", key, ip_format(&source->ip, text));
		if (source->scope != 0)
			put(writer, "%%%u", source->scope);
		return;
	}
}

static void put_exclusion(struct writer *writer, const struct prefix *prefix)
{
	char text[IP_TEXT_SIZE];
	/*
	 * A prefix of 96 bits or more within the mapped range is IPv4's, as ip_format() writes it.
	 */
	bool v4 = ip_is_v4(&prefix->ip) && prefix->length >= 96;
	put(writer, " exclude=%s/%u", ip_format(&prefix->ip, text),
	    prefix->length - (v4 ? 96U : 0U));
}

size_t pin_encode(const struct pin *pin, char *buffer, size_t size)
{
	struct writer writer = {.buffer = buffer, .size = size};
	put(&writer, PIN_VERSION);
	put_source(&writer, KEYS[KEY_V4], &pin->v4);
	put_source(&writer, KEYS[KEY_V6], &pin->v6);
	if (pin->ifindex != 0)
		put(&writer, " if=%u:%s%s", pin->ifindex, pin->ifname,
		    pin->follows ? ":follows" : "");
	if (pin->port_low != 0)
		put(&writer, " ports=%u-%u%s", pin->port_low, pin->port_high,
		    pin->ports_by_kernel ? ":kernel" : "");
	for (size_t i = 0; i < pin->exempt_count; i++)
		if (pin->exempt[i].reach == REACH_EXCLUDED)
			put_exclusion(&writer, &pin->exempt[i]);
	if (pin->localnet)
		put(&writer, " localnet=1");
	if (pin->inherits)
		put(&writer, " inherits=1");
	if (pin->carried.verbose)
		put(&writer, " verbose=1");
	if (pin->carried.log.length > 0)
		put(&writer, " log=%.*s", (int)pin->carried.log.length, pin->carried.log.text);
	if (pin->gated)
		put(&writer, " engine=both");
	if (pin->carried.looks != LOOK_UNTIL_FORBIDDEN)
		put(&writer, " looks=%s", pin->carried.looks == LOOK_ALWAYS ? "always" : "never");
	if (pin->carried.launcher.length > 0)
		put(&writer, " launcher=%.*s", (int)pin->carried.launcher.length,
		    pin->carried.launcher.text);
	return writer.length;
}
