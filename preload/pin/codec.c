/* SPDX-License-Identifier: MIT */
/* Writes the pin as text. decode.c reads it. */
#include "pin/codec.h"

#include <stdarg.h>
#include <stdio.h>

#include "pin/codec_table.h"
#include "pin/pool.h"

/*
 * The keys, in the order in which they are written. The table has no pointers, because the loader
 * would have to relocate each one in every program that is pinned.
 */
const struct codec_row CODEC_TABLE[CODEC_ROWS] = {
	{"v4", FORM_SOURCE_V4, offsetof(struct pin, v4)},
	{"v6", FORM_SOURCE_V6, offsetof(struct pin, v6)},
	{"if", FORM_INTERFACE, 0},
	{"network", FORM_NUMBER, offsetof(struct pin, network)},
	{"source", FORM_SOURCE, 0},
	{"uplink", FORM_UPLINK, 0},
	{"pick", FORM_PICK, offsetof(struct pin, pick)},
	{"ports", FORM_PORTS, 0},
	{"exclude", FORM_EXCLUDE, 0},
	{"only", FORM_ONLY, 0},
	{"keeps", FORM_FLAG, offsetof(struct pin, keeps_listeners)},
	{"localnet", FORM_FLAG, offsetof(struct pin, localnet)},
	{"inherits", FORM_FLAG, offsetof(struct pin, inherits)},
	{"verbose", FORM_FLAG, offsetof(struct pin, carried.verbose)},
	{"log", FORM_PATH, offsetof(struct pin, carried.log)},
	{"view", FORM_FLAG, offsetof(struct pin, views)},
	{"alone", FORM_FLAG, offsetof(struct pin, views_alone)},
	{"gated", FORM_FLAG, offsetof(struct pin, gated)},
	{"looks", FORM_LOOK, offsetof(struct pin, carried.looks)},
	{"launcher", FORM_PATH, offsetof(struct pin, carried.launcher)},
	{"control", FORM_NAME, offsetof(struct pin, settings.congestion)},
};

/* Text that is written as far as there is room, while length counts all of it. */
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

static void put_source(struct writer *writer, const struct pin_source *source)
{
	char text[IP_TEXT_SIZE];
	switch (source->mode) {
	case PIN_REFUSED:
		put(writer, "refused");
		return;
	case PIN_ANY:
		put(writer, "any");
		return;
	case PIN_ADDRESS:
		put(writer, "%s", ip_format(&source->ip, text));
		if (source->scope != 0)
			put(writer, "%%%u", source->scope);
		return;
	}
}

static void put_pool(struct writer *writer, const struct codec_row *row, const struct pin *pin)
{
	bool are_uplinks = pool_has_interfaces(pin);
	for (size_t i = 0; i < pin->member_count && are_uplinks == (row->form == FORM_UPLINK);
	     i++) {
		const struct member *member = &pin->members[i];
		bool is_v4 = pool_has_family(member, true);
		put(writer, " %s=", row->key);
		put_source(writer, is_v4 || are_uplinks ? &member->v4 : &member->v6);
		if (are_uplinks) {
			put(writer, ",");
			put_source(writer, &member->v6);
			put(writer, ",%u:%s", member->ifindex, member->ifname);
		} else {
			put(writer, "/%u", member->length);
		}
	}
}

static void put_destination(struct writer *writer, const char *key, const struct prefix *prefix)
{
	char text[IP_TEXT_SIZE];
	/* A mapped prefix of 96 bits or more is IPv4's, and ip_format() writes it as IPv4. */
	bool is_v4 = ip_is_v4(&prefix->ip) && prefix->length >= 96;
	bool is_bracketed = prefix->port_low != 0 && !is_v4;
	put(writer, " %s=%s%s/%u%s", key, is_bracketed ? "[" : "", ip_format(&prefix->ip, text),
	    prefix->length - (is_v4 ? 96U : 0U), is_bracketed ? "]" : "");
	if (prefix->port_low != 0)
		put(writer, ":%u-%u", prefix->port_low, prefix->port_high);
}

static void put_destinations(struct writer *writer, const char *key, enum reach reach,
			     const struct pin *pin)
{
	for (size_t i = 0; i < pin->exempt_count; i++)
		if (pin->exempt[i].reach == reach)
			put_destination(writer, key, &pin->exempt[i]);
}

/* Writes a member with its key. Most forms write nothing if the member is not set. */
static void put_member(struct writer *writer, const struct pin *pin, const struct codec_row *row)
{
	const void *member = (const char *)pin + row->offset;
	const struct encoded_path *path = member;
	const enum pin_look *look = member;
	const bool *flag = member;
	const uint32_t *number = member;

	switch ((enum form)row->form) {
	case FORM_SOURCE_V4:
	case FORM_SOURCE_V6:
		put(writer, " %s=", row->key);
		put_source(writer, member);
		break;
	case FORM_INTERFACE:
		if (pin->ifindex != 0)
			put(writer, " %s=%u:%s%s", row->key, pin->ifindex, pin->ifname,
			    pin->follows ? ":follows" : "");
		break;
	case FORM_SOURCE:
	case FORM_UPLINK:
		put_pool(writer, row, pin);
		break;
	case FORM_PICK:
		if (pin->member_count > 0)
			put(writer, " %s=%s", row->key, pool_pick_name(pin->pick));
		break;
	case FORM_PORTS:
		if (pin->port_low != 0)
			put(writer, " %s=%u-%u%s", row->key, pin->port_low, pin->port_high,
			    pin->ports_by_kernel ? ":kernel" : "");
		break;
	case FORM_EXCLUDE:
		put_destinations(writer, row->key, REACH_EXCLUDED, pin);
		break;
	case FORM_ONLY:
		put_destinations(writer, row->key, REACH_REMOTE, pin);
		break;
	case FORM_FLAG:
		if (*flag)
			put(writer, " %s=1", row->key);
		break;
	case FORM_NUMBER:
		if (*number != 0)
			put(writer, " %s=%u", row->key, *number);
		break;
	case FORM_LOOK:
		if (*look != LOOK_UNTIL_FORBIDDEN)
			put(writer, " %s=%s", row->key, *look == LOOK_ALWAYS ? "always" : "never");
		break;
	case FORM_PATH:
		if (path->length > 0)
			put(writer, " %s=%.*s", row->key, (int)path->length, path->text);
		break;
	case FORM_NAME:
		if (*(const char *)member != '\0')
			put(writer, " %s=%s", row->key, (const char *)member);
		break;
	}
}

size_t pin_encode(const struct pin *pin, char *buffer, size_t size)
{
	struct writer writer = {.buffer = buffer, .size = size};
	put(&writer, PIN_VERSION);
	for (size_t i = 0; i < CODEC_ROWS; i++)
		put_member(&writer, pin, &CODEC_TABLE[i]);
	for (enum setting i = 0; i < SETTING_COUNT; i++)
		if (setting_is_given(&pin->settings, i))
			put(&writer, " %s=%u", setting_key(i), pin->settings.values[i]);
	return writer.length;
}
