/* SPDX-License-Identifier: MIT */
/* A pin's text is read back as it was written, and any other text is refused. */
#include "pin/codec.h"

#include <errno.h>
#include <limits.h>

#include "check.h"
#include "pin/pool.h"
#include "pin/text.h"

static int decode(const char *text, struct pin *ret_pin)
{
	static struct prefix room[64];
	static struct member members[64];
	return pin_decode(text, ret_pin, room, members, pin_decode_rooms(text));
}

static void a_text_is_read_and_written_back(void)
{
	static const char *const texts[] = {
		"1 v4=203.0.113.3 v6=refused",
		"1 v4=any v6=any ports=40000-40099:kernel",
		"1 v4=any v6=refused ports=1-65535",
		"1 v4=198.51.100.2 v6=2001:db8:2::2 if=3:wlan0:follows",
		"1 v4=refused v6=fe80::1%3 if=3:wlan0",
		"1 v4=198.51.100.2 v6=refused if=3:wlan0 network=4294967295",
		"1 v4=any v6=refused exclude=192.0.2.0/24 exclude=2001:db8::/32 exclude=::/0",
		"1 v4=any v6=refused exclude=0.0.0.0/0 exclude=192.0.2.1/32 verbose=1",
		"1 v4=any v6=refused exclude=192.0.2.0/24:53-53 exclude=[2001:db8::/32]:8000-8099",
		"1 v4=any v6=any exclude=192.0.2.7/32 only=192.0.2.0/24 only=[::/0]:443-443 keeps=1",
		"1 v4=any v6=any verbose=1 log=/tmp/a%20log",
		"1 v4=any v6=any gated=1 launcher=/opt/with%20blank/100%25/bindto",
		"1 v4=203.0.113.3 v6=refused localnet=1",
		"1 v4=203.0.113.3 v6=refused inherits=1",
		"1 v4=any v6=any gated=1 control=0123456789abcde mark=7 priority=5 tos=184 ttl=9 mss=900 idle=60 interval=10 probes=3 rate=512000 prefers=1 kept=4294967040",
		"1 v4=203.0.113.3 v6=refused view=1 alone=1",
		"1 v4=any v6=any priority=4294967295",
		"1 v4=192.0.2.1 v6=refused source=192.0.2.1/128 source=192.0.2.2/128 pick=random",
		"1 v4=192.0.2.0 v6=2001:db8::5 source=192.0.2.0/120 source=2001:db8::5/64 pick=sticky freebind=1",
		"1 v4=192.0.2.1 v6=fe80::1%3 if=3:wlan0:follows uplink=192.0.2.1,fe80::1%3,3:wlan0 uplink=0.0.0.0,::,4:a,b pick=first",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct pin pin;
		char text[256];
		CHECK(decode(texts[i], &pin) == 0);
		CHECK(pin_encode(&pin, text, sizeof(text)) == strlen(texts[i]));
		CHECK(strcmp(text, texts[i]) == 0);
		CHECK(pin_encode(&pin, NULL, 0) == strlen(texts[i]));
		CHECK(pin_encode(&pin, text, 9) == strlen(texts[i]) && strlen(text) == 8);
	}
}

static void every_other_text_is_refused(void)
{
	static const char *const texts[] = {
		"",
		"1",
		"2 v4=any v6=any",
		"v4=any v6=any",
		"1 v4=any",
		"1 v4=any v6=any v4=any",
		"1 v4=2001:db8::1 v6=any",
		"1 v4=any v6=203.0.113.3",
		"1 v4=any v6=any color=red",
		"1 v4=any v6=any if=wlan0",
		"1 v4=any v6=any if=0:wlan0",
		"1 v4=any v6=any if=3:",
		"1 v4=any v6=any if=3:wlan0 network=0",
		"1 v4=any v6=any if=3:wlan0:leads",
		"1 v4=any v6=any if=3:a-name-that-is-too-long",
		"1 v4=any v6=any ports=0-9",
		"1 v4=any v6=any ports=9-1",
		"1 v4=any v6=any ports=1-65536",
		"1 v4=any v6=any ports=1-2:user",
		"1 v4=any v6=any ports=1-99999999999999999999999999",
		"1 v4=any v6=any exclude=192.0.2.0/33",
		"1 v4=any v6=any exclude=192.0.2.0/",
		"1 v4=any v6=any exclude=2001:db8::/129",
		"1 v4=any v6=any exclude=/8",
		"1 v4=any v6=any exclude=:53",
		"1 v4=any v6=any exclude=192.0.2.0/24:",
		"1 v4=any v6=any exclude=192.0.2.0/24:0",
		"1 v4=any v6=any exclude=192.0.2.0/24:65536",
		"1 v4=any v6=any exclude=192.0.2.0/24:90-80",
		"1 v4=any v6=any exclude=192.0.2.0/24:80-",
		"1 v4=any v6=any exclude=2001:db8::/32:443",
		"1 v4=any v6=any exclude=[2001:db8::/32]443",
		"1 v4=any v6=any exclude=[2001:db8::/32]:",
		"1 v4=any v6=any exclude=[2001:db8::/32",
		"1 v4=any v6=any exclude=[192.0.2.1]:53",
		"1 v4=any v6=any exclude=[]:53",
		"1 v4=any v6=any only=192.0.2.0/33",
		"1 v4=any v6=any only=",
		"1 v4=any v6=any keeps=1 keeps=1",
		"1 v4=any v6=any verbose=2",
		"1 v4=any v6=any gated=0",
		"1 v4=any v6=any log=",
		"1 v4=any v6=any log=/a log=/b",
		"1 v4=any v6=any launcher=",
		"1 v4=any v6=any localnet=0",
		"1 v4=any v6=any inherits=0",
		"1 v4=any v6=any priority=",
		"1 v4=any v6=any priority=4294967296",
		"1 v4=any v6=any priority=1 priority=1",
		"1 v4=any v6=any launcher=/a%2",
		"1 v4=any v6=any launcher=/a%2g",
		"1 v4=any v6=any launcher=/a%00",
		"1 v4=any v6=any launcher=/a\tb",
		"1 v4=any v6=fe80::1%",
		"1 v4=any v6=fe80::1%0",
		"1  v4=any v6=any",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct pin pin = {.ifindex = 77};
		CHECK(decode(texts[i], &pin) == -EINVAL);
		CHECK(pin.ifindex == 77);
	}
}

static void a_path_becomes_one_word_and_back(void)
{
	static const char path[] = "/a b/%20/\001\177\xc3\xa4";
	static const char word[] = "/a%20b/%2520/%01%7F\xc3\xa4";
	char text[64];
	struct encoded_path encoded = {text, sizeof(word) - 1};
	char decoded[sizeof(path)];
	CHECK(path_encode(path, text, sizeof(text)) == sizeof(word) - 1);
	CHECK(strcmp(text, word) == 0);
	CHECK(path_decode(&encoded, decoded, sizeof(decoded)) == 0);
	CHECK(strcmp(decoded, path) == 0);
	CHECK(path_decode(&encoded, decoded, sizeof(decoded) - 1) == -ENAMETOOLONG);
	CHECK(path_encode(path, text, 4) == sizeof(word) - 1 && strlen(text) == 3);
	CHECK(path_encode(path, NULL, 0) == sizeof(word) - 1);
}

static void too_few_rooms_are_an_error(void)
{
	struct prefix room[1];
	struct member members[1];
	struct pin pin;
	const char *text = "1 v4=any v6=any exclude=192.0.2.1 exclude=192.0.2.2";
	CHECK(pin_decode(text, &pin, room, members, 1) == -ENOBUFS);
	CHECK(pin_decode_rooms(text) >= 2);
}

static void a_prefix_loses_the_bits_beyond_its_length(void)
{
	struct prefix prefix;
	CHECK(destination_parse("192.0.2.77/24", 13, &prefix) == 0);
	CHECK(ip_is(&prefix.ip, "192.0.2.0") && prefix.length == 120);
	CHECK(destination_parse("192.0.2.77/24 and more", 13, &prefix) == 0);
	CHECK(destination_parse("2001:db8::1/0", 13, &prefix) == 0);
	CHECK(ip_is(&prefix.ip, "::") && prefix.length == 0);
}

static void numbers_are_whole_and_in_range(void)
{
	unsigned long number = 5;
	CHECK(number_parse("12", 2, 1, 99, &number) == 0 && number == 12);
	CHECK(number_parse("", 0, 1, 99, &number) == -EINVAL);
	CHECK(number_parse("+1", 2, 1, 99, &number) == -EINVAL);
	CHECK(number_parse("1 ", 2, 1, 99, &number) == -EINVAL);
	CHECK(number_parse("100", 3, 1, 99, &number) == -ERANGE);
	CHECK(number_parse("18446744073709551617", 20, 0, 99, &number) == -ERANGE);
	CHECK(number_parse("18446744073709551616", 20, 0, ULONG_MAX, &number) == -ERANGE);
	CHECK(number_parse("99999999999999999999x", 21, 0, 99, &number) == -EINVAL);
	CHECK(number == 12);
}

int main(void)
{
	a_text_is_read_and_written_back();
	every_other_text_is_refused();
	a_path_becomes_one_word_and_back();
	too_few_rooms_are_an_error();
	a_prefix_loses_the_bits_beyond_its_length();
	numbers_are_whole_and_in_range();
	return 0;
}
