/* SPDX-License-Identifier: MIT */
/* Addresses are read at any alignment, and no byte beyond their length is read. */
#include <errno.h>
#include <netinet/in.h>

#include "check.h"

static void reads_and_writes_both_families(void)
{
	static const char *const texts[] = {"203.0.113.3", "2001:db8:1::3", "::1", "127.0.0.1"};
	for (size_t i = 0; i < 4; i++) {
		struct sockaddr_storage storage;
		struct ip ip = ip_of(texts[i]);
		struct endpoint in = {.family = ip_is_v4(&ip) ? AF_INET : AF_INET6,
				      .ip = ip,
				      .port = 4242,
				      .scope = ip_is_v4(&ip) ? 0 : 7};
		struct endpoint out;
		socklen_t length = endpoint_write(&in, &storage);
		CHECK(endpoint_read(&storage, length, &out) == 0);
		CHECK(memcmp(&in, &out, sizeof(in)) == 0);
		CHECK(endpoint_read(&storage, sizeof(storage), &out) == 0);
	}
}

static void takes_the_lengths_that_the_kernel_takes(void)
{
	struct endpoint endpoint, out = {0};
	struct sockaddr_storage storage;
	endpoint = endpoint_of(AF_INET6, "2001:db8::1", 1);
	endpoint.scope = 9;
	(void)endpoint_write(&endpoint, &storage);
	CHECK(endpoint_read(&storage, 23, &out) == -EINVAL);
	CHECK(endpoint_read(&storage, 24, &out) == 0 && out.scope == 0);
	CHECK(endpoint_read(&storage, 28, &out) == 0 && out.scope == 9);
	endpoint = endpoint_of(AF_INET, "192.0.2.1", 1);
	(void)endpoint_write(&endpoint, &storage);
	CHECK(endpoint_read(&storage, 15, &out) == -EINVAL);
	CHECK(endpoint_read(&storage, 16, &out) == 0);
	CHECK(endpoint_read(&storage, 1, &out) == -EINVAL);
	storage.ss_family = AF_UNIX;
	CHECK(endpoint_read(&storage, 16, &out) == -EAFNOSUPPORT);
}

static void a_datagrams_peer_may_be_of_no_family(void)
{
	struct endpoint endpoint = endpoint_of(AF_INET, "192.0.2.1", 53), out;
	struct sockaddr_storage storage;
	(void)endpoint_write(&endpoint, &storage);
	CHECK(endpoint_read_peer(&storage, 16, &out) == 0 && out.family == AF_INET);
	storage.ss_family = AF_UNSPEC;
	CHECK(endpoint_read(&storage, 16, &out) == -EAFNOSUPPORT);
	CHECK(endpoint_read_peer(&storage, 15, &out) == -EAFNOSUPPORT);
	CHECK(endpoint_read_peer(&storage, 16, &out) == 0 && out.family == AF_UNSPEC);
	CHECK(ip_equal(&out.ip, &endpoint.ip) && out.port == 53);
}

static void reads_no_byte_beyond_the_length(void)
{
	struct endpoint endpoint = endpoint_of(AF_INET6, "2001:db8::1", 1), out;
	struct sockaddr_storage storage;
	socklen_t length = endpoint_write(&endpoint, &storage);
	for (socklen_t size = 0; size <= length; size++) {
		/* The address sanitizer watches the end; an odd start makes it unaligned. */
		char *copy = malloc(size + 1U);
		CHECK(copy != NULL);
		memcpy(copy + 1, &storage, size);
		(void)endpoint_read(copy + 1, size, &out);
		free(copy);
	}
}

static void classifies(void)
{
	struct {
		const char *text;
		bool v4, wildcard, loopback, multicast, link_local;
	} cases[] = {
		{"0.0.0.0", true, true, false, false, false},
		{"::", false, true, false, false, false},
		{"::ffff:0.0.0.0", true, true, false, false, false},
		{"127.255.0.1", true, false, true, false, false},
		{"::ffff:127.0.0.1", true, false, true, false, false},
		{"::1", false, false, true, false, false},
		{"::2", false, false, false, false, false},
		{"224.0.0.1", true, false, false, true, false},
		{"239.255.255.255", true, false, false, true, false},
		{"240.0.0.1", true, false, false, false, false},
		{"ff02::1", false, false, false, true, false},
		{"fe80::1", false, false, false, false, true},
		{"febf::1", false, false, false, false, true},
		{"fec0::1", false, false, false, false, false},
		{"169.254.1.1", true, false, false, false, true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip ip = ip_of(cases[i].text);
		CHECK(ip_is_v4(&ip) == cases[i].v4);
		CHECK(ip_is_wildcard(&ip) == cases[i].wildcard);
		CHECK(ip_is_loopback(&ip) == cases[i].loopback);
		CHECK(ip_is_multicast(&ip) == cases[i].multicast);
		CHECK(ip_is_link_local(&ip) == cases[i].link_local);
	}
}

static void counts_common_bits(void)
{
	struct ip a = ip_of("203.0.113.3"), b = ip_of("203.0.113.2"), c = ip_of("2001:db8::");
	CHECK(ip_common_bits(&a, &a) == 128);
	CHECK(ip_common_bits(&a, &b) == 127);
	CHECK(ip_common_bits(&a, &c) == 2);
}

static void parses_whole_addresses_only(void)
{
	static const char *const wrong[] = {"",         "1.2.3",       "1.2.3.4.5", "1.2.3.256",
					    "1.2.3.4 ", "2001:db8::g", ":::",       "01.2.3.4.",
					    "name",     "fe80::1%eth0"};
	struct ip ip;
	char text[IP_TEXT_SIZE];
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(ip_parse(wrong[i], &ip) == -EINVAL);
	ip = ip_of("::ffff:1.2.3.4");
	CHECK(strcmp(ip_format(&ip, text), "1.2.3.4") == 0);
	ip = ip_of("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.254");
	CHECK(strlen(ip_format(&ip, text)) == 39);
}

int main(void)
{
	reads_and_writes_both_families();
	takes_the_lengths_that_the_kernel_takes();
	a_datagrams_peer_may_be_of_no_family();
	reads_no_byte_beyond_the_length();
	classifies();
	counts_common_bits();
	parses_whole_addresses_only();
	return 0;
}
