/* SPDX-License-Identifier: MIT */
/*
 * The pin's text: a text that is read as a pin is written back as a text of the same pin. Random
 * bytes would never get past the version, so each byte picks a word of the language or stands for
 * itself.
 */
#include "pin/codec.h"
#include "pin/pool.h"

#include <string.h>

#include "fuzz.h"

static const char *const WORDS[] = {
	"1",          " v4=",       " v6=",    " if=",      " ports=",     " exclude=",
	" verbose=1", "any",        "refused", "192.0.2.1", "2001:db8::1", "fe80::1%3",
	":",          "-",          "/",       ":kernel",   ":follows",    "wlan0",
	"40000",      "40099",      "24",      "0",         "65536",       " ",
	"=",          " priority=", " only=",  "[",         "]",
};

static size_t write_text(const uint8_t *data, size_t size, char *text, size_t room)
{
	size_t length = 0;
	for (size_t i = 0; i < size; i++) {
		char self[2] = {(char)data[i], '\0'};
		const char *word = self;
		if (data[i] < 8 * sizeof(WORDS) / sizeof(WORDS[0]))
			word = WORDS[data[i] / 8];
		size_t n = strlen(word);
		if (length + n >= room)
			break;
		memcpy(text + length, word, n);
		length += n;
	}
	text[length] = '\0';
	return length;
}

/* The destinations are written in another order: exclusions first. */
static void is_among(const struct prefix *prefix, const struct prefix *all, size_t count)
{
	size_t i = 0;
	while (i < count &&
	       !(all[i].reach == prefix->reach && all[i].length == prefix->length &&
		 all[i].port_low == prefix->port_low && all[i].port_high == prefix->port_high &&
		 ip_equal(&all[i].ip, &prefix->ip)))
		i++;
	PROMISE(i < count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char START[] = "1 v4=any v6=any";
	char text[4096], again[8192];
	struct prefix room[2048], room_again[2048];
	struct member members[2048], members_again[2048];
	struct pin pin, pin_again;
	size_t start = size > 0 && data[0] % 2 == 0 ? sizeof(START) - 1 : 0;
	memcpy(text, START, start);
	(void)write_text(data, size, text + start, sizeof(text) - start);
	if (pin_decode(text, &pin, room, members, pin_decode_rooms(text)) < 0)
		return 0;
	PROMISE(pin_encode(&pin, again, sizeof(again)) < sizeof(again));
	PROMISE(pin_decode(again, &pin_again, room_again, members_again, 2048) == 0);
	PROMISE(pin.ifindex == pin_again.ifindex && pin.follows == pin_again.follows);
	PROMISE(pin.port_low == pin_again.port_low && pin.port_high == pin_again.port_high);
	PROMISE(pin.exempt_count == pin_again.exempt_count);
	PROMISE(pin.member_count == pin_again.member_count && pin.pick == pin_again.pick);
	for (size_t i = 0; i < pin.exempt_count; i++)
		is_among(&room[i], room_again, pin_again.exempt_count);
	PROMISE(memcmp(&pin.v4, &pin_again.v4, sizeof(pin.v4)) == 0);
	PROMISE(memcmp(&pin.v6, &pin_again.v6, sizeof(pin.v6)) == 0);
	return 0;
}
