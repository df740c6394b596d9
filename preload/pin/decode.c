/* SPDX-License-Identifier: MIT */
/*
 * Reads the pin's text. It goes through exec in the environment of a program that may have changed
 * it. So reading is strict: every key at most once, every value whole, nothing unknown.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "pin/codec.h"
#include "pin/codec_table.h"
#include "pin/pool.h"
#include "pin/text.h"

/* Reads `refused`, `any`, or ADDR[%SCOPE]. */
static int read_source(struct span value, bool is_v4, struct pin_source *ret_source)
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
	if (span_ip(address, &source.ip) < 0 || ip_is_v4(&source.ip) != is_v4)
		return -EINVAL;
	if (address.length != value.length &&
	    number_parse(rest.text, rest.length, 1, UINT32_MAX, &scope) < 0)
		return -EINVAL;
	source.scope = (uint32_t)scope;
	*ret_source = source;
	return 0;
}

/* Reads INDEX:NAME. The kernel allows no colon and no blank in NAME (dev_valid_name()). */
static int read_device(struct span *rest, unsigned int *ret_index, char ret_name[IF_NAMESIZE])
{
	struct span index = span_cut(rest, ':');
	struct span name = span_cut(rest, ':');
	unsigned long number;
	if (number_parse(index.text, index.length, 1, INT32_MAX, &number) < 0)
		return -EINVAL;
	if (name.length == 0 || name.length >= IF_NAMESIZE)
		return -EINVAL;
	*ret_index = (unsigned int)number;
	memcpy(ret_name, name.text, name.length);
	return 0;
}

/* Reads INDEX:NAME[:follows]. */
static int read_interface(struct span value, struct pin *pin)
{
	int r = read_device(&value, &pin->ifindex, pin->ifname);
	if (r < 0 || (value.length != 0 && !span_is(value, "follows")))
		return -EINVAL;
	pin->follows = value.length != 0;
	return 0;
}

/* Reads ADDR[%SCOPE]/LEN, a member of a pool of addresses. LEN counts in bits of the 16-byte form. */
static int read_pool_source(struct span value, struct member *ret_member)
{
	struct span address = span_cut(&value, '/');
	struct member member = {0};
	unsigned long length;
	bool is_v4 = read_source(address, true, &member.v4) == 0;
	if ((!is_v4 && read_source(address, false, &member.v6) < 0) ||
	    (is_v4 ? &member.v4 : &member.v6)->mode != PIN_ADDRESS ||
	    number_parse(value.text, value.length, is_v4 ? 96 : 0, 128, &length) < 0)
		return -EINVAL;
	member.length = (uint8_t)length;
	*ret_member = member;
	return 0;
}

/* Reads V4,V6,INDEX:NAME, a member of a pool of interfaces. */
static int read_pool_uplink(struct span value, struct member *ret_member)
{
	struct member member = {.length = 128};
	if (read_source(span_cut(&value, ','), true, &member.v4) < 0 ||
	    read_source(span_cut(&value, ','), false, &member.v6) < 0 ||
	    read_device(&value, &member.ifindex, member.ifname) < 0 || value.length != 0)
		return -EINVAL;
	*ret_member = member;
	return 0;
}

static int read_pick(struct span value, enum pick *ret_pick)
{
	unsigned int i = 0;
	while (i < PICK_COUNT && !span_is(value, pool_pick_name((enum pick)i)))
		i++;
	if (i == PICK_COUNT)
		return -EINVAL;
	*ret_pick = (enum pick)i;
	return 0;
}

/* Reads LOW-HIGH[:kernel]. */
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

static int read_flag(struct span value, bool *ret_flag)
{
	if (!span_is(value, "1"))
		return -EINVAL;
	*ret_flag = true;
	return 0;
}

/* Reads `always` or `never`. Without the key, it is LOOK_UNTIL_FORBIDDEN. */
static int read_look(struct span value, enum pin_look *ret_look)
{
	bool is_always = span_is(value, "always");
	if (!is_always && !span_is(value, "never"))
		return -EINVAL;
	*ret_look = is_always ? LOOK_ALWAYS : LOOK_NEVER;
	return 0;
}

static int read_name(struct span value, char *ret_name)
{
	if (value.length == 0 || value.length >= SETTING_NAME_SIZE)
		return -EINVAL;
	memcpy(ret_name, value.text, value.length); /* the rest of the pin's room is zero */
	return 0;
}

/* Checks that the word can be decoded, and keeps it encoded until it is used. */
static int read_path(struct span value, struct encoded_path *ret_path)
{
	char room[PATH_MAX];
	struct encoded_path path = {value.text, value.length};
	int r = path_decode(&path, room, sizeof(room));
	if (r == 0)
		*ret_path = path;
	return r;
}

static int read_number(struct span value, uint32_t *ret_number)
{
	unsigned long number;
	if (number_parse(value.text, value.length, 1, UINT32_MAX, &number) < 0)
		return -EINVAL;
	*ret_number = (uint32_t)number;
	return 0;
}

/* What pin_decode() reads into. */
struct reader {
	struct pin pin;
	struct prefix *room;
	struct member *members;
	size_t rooms;      /* of each */
	unsigned int seen; /* bit i: the key of CODEC_TABLE[i] has been read */
};

static int read_destination(struct span value, enum reach reach, struct reader *reader)
{
	struct pin *pin = &reader->pin;
	if (pin->exempt_count == reader->rooms)
		return -ENOBUFS;
	struct prefix *prefix = &reader->room[pin->exempt_count++];
	int r = destination_parse(value.text, value.length, prefix);
	prefix->reach = reach;
	pin->excludes = true;
	return r;
}

static int read_pool(enum form form, struct span value, struct reader *reader)
{
	struct pin *pin = &reader->pin;
	if (pin->member_count == reader->rooms)
		return -ENOBUFS;
	struct member *member = &reader->members[pin->member_count];
	int r = form == FORM_SOURCE ? read_pool_source(value, member)
				    : read_pool_uplink(value, member);
	/* A pool has members of one kind. */
	if (r < 0 || (member->ifindex != 0) != (reader->members[0].ifindex != 0))
		return -EINVAL;
	pin->member_count++;
	return 0;
}

static int read_member(const struct codec_row *row, struct span value, struct reader *reader)
{
	void *member = (char *)&reader->pin + row->offset;
	switch ((enum form)row->form) {
	case FORM_SOURCE_V4:
	case FORM_SOURCE_V6:
		return read_source(value, row->form == FORM_SOURCE_V4, member);
	case FORM_INTERFACE:
		return read_interface(value, &reader->pin);
	case FORM_SOURCE:
	case FORM_UPLINK:
		return read_pool((enum form)row->form, value, reader);
	case FORM_PICK:
		return read_pick(value, member);
	case FORM_PORTS:
		return read_ports(value, &reader->pin);
	case FORM_EXCLUDE:
		return read_destination(value, REACH_EXCLUDED, reader);
	case FORM_ONLY:
		return read_destination(value, REACH_REMOTE, reader);
	case FORM_FLAG:
		return read_flag(value, member);
	case FORM_NUMBER:
		return read_number(value, member);
	case FORM_LOOK:
		return read_look(value, member);
	case FORM_NAME:
		return read_name(value, member);
	case FORM_PATH:
		break;
	}
	return read_path(value, member);
}

static int read_setting(struct span name, struct span value, struct pin_settings *settings)
{
	unsigned long number;
	unsigned int i = 0;
	while (i < SETTING_COUNT && !span_is(name, setting_key((enum setting)i)))
		i++;
	if (i == SETTING_COUNT || setting_is_given(settings, (enum setting)i) ||
	    number_parse(value.text, value.length, 0, UINT32_MAX, &number) < 0)
		return -EINVAL;
	setting_give(settings, (enum setting)i, (uint32_t)number);
	return 0;
}

static bool may_repeat(enum form form)
{
	return form == FORM_EXCLUDE || form == FORM_ONLY || form == FORM_SOURCE ||
	       form == FORM_UPLINK;
}

/* Reads KEY=VALUE. */
static int read_word(struct span value, struct reader *reader)
{
	struct span name = span_cut(&value, '=');
	unsigned int i = 0;
	while (i < CODEC_ROWS && !span_is(name, CODEC_TABLE[i].key))
		i++;
	if (i == CODEC_ROWS)
		return read_setting(name, value, &reader->pin.settings);
	if ((reader->seen >> i & 1) != 0 && !may_repeat((enum form)CODEC_TABLE[i].form))
		return -EINVAL;
	reader->seen |= 1U << i;
	return read_member(&CODEC_TABLE[i], value, reader);
}

int pin_decode(const char *text, struct pin *ret_pin, struct prefix *room, struct member *members,
	       size_t rooms)
{
	struct reader reader = {
		.pin = {.exempt = room, .members = members},
		.room = room,
		.members = members,
		.rooms = rooms,
	};
	struct span rest = {text, strlen(text)};

	if (!span_is(span_cut(&rest, ' '), PIN_VERSION))
		return -EINVAL;
	while (rest.length > 0) {
		int r = read_word(span_cut(&rest, ' '), &reader);
		if (r < 0)
			return r;
	}
	if ((reader.seen & 3) != 3) /* rows 0 and 1: a pin must say something about each family */
		return -EINVAL;
	*ret_pin = reader.pin;
	return 0;
}

size_t pin_decode_rooms(const char *text)
{
	size_t words = 0;
	for (const char *at = text; (at = strchr(at, ' ')); at++)
		words++;
	return words;
}
