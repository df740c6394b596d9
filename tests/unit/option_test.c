/* SPDX-License-Identifier: MIT */
/* A program's option that names another device is refused; one that names none gets the pin's. */
#include "pin/option.h"

#include <netinet/in.h>

#include "check.h"
#include "pin/hold.h"
#include "pin/kernel_constants.h"

static struct prefix own[2];
static struct pin pin;

static enum option_answer number(int level, int name, uint32_t value, uint32_t *ret_value)
{
	struct option_verdict verdict = pin_on_option(&pin, level, name, &value, sizeof(value));
	memcpy(ret_value, verdict.value, sizeof(*ret_value));
	return verdict.answer;
}

static void numbers(void)
{
	uint32_t now;
	CHECK(number(SOL_SOCKET, SO_BINDTOIFINDEX, 2, &now) == OPTION_REFUSE);
	CHECK(number(SOL_SOCKET, SO_BINDTOIFINDEX, 3, &now) == OPTION_SAME);
	CHECK(number(SOL_SOCKET, SO_BINDTOIFINDEX, 0, &now) == OPTION_CLEAR);
	CHECK(number(IPPROTO_IP, IP_UNICAST_IF, htonl(2), &now) == OPTION_REFUSE);
	CHECK(number(IPPROTO_IP, IP_UNICAST_IF, htonl(LOOPBACK_IFINDEX), &now) == OPTION_REFUSE);
	CHECK(number(IPPROTO_IP, IP_UNICAST_IF, htonl(3), &now) == OPTION_SAME);
	CHECK(number(IPPROTO_IPV6, IPV6_UNICAST_IF, 0, &now) == OPTION_SAME && now == htonl(3));
	CHECK(number(IPPROTO_IPV6, IPV6_MULTICAST_IF, 2, &now) == OPTION_REFUSE);
	CHECK(number(IPPROTO_IPV6, IPV6_MULTICAST_IF, 0, &now) == OPTION_REPLACE && now == 3);
	CHECK(number(IPPROTO_IPV6, IPV6_MULTICAST_IF, LOOPBACK_IFINDEX, &now) == OPTION_PASS);
}

static void names(void)
{
	CHECK(pin_on_option(&pin, SOL_SOCKET, SO_BINDTODEVICE, "eth0", 5).answer == OPTION_REFUSE);
	CHECK(pin_on_option(&pin, SOL_SOCKET, SO_BINDTODEVICE, "wlan0", 5).answer == OPTION_SAME);
	CHECK(pin_on_option(&pin, SOL_SOCKET, SO_BINDTODEVICE, "", 0).answer == OPTION_CLEAR);
	CHECK(pin_on_option(&pin, SOL_SOCKET, SO_BINDTODEVICE, "wlan01", 6).answer ==
	      OPTION_REFUSE);
}

static struct option_verdict join(const char *group, const char *interface, int index,
				  socklen_t length)
{
	struct ip g = ip_of(group), i = ip_of(interface);
	struct ip_mreqn request = {.imr_ifindex = index};
	memcpy(&request.imr_multiaddr, g.bytes + 12, 4);
	memcpy(&request.imr_address, i.bytes + 12, 4);
	return pin_on_option(&pin, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, length);
}

static void groups(void)
{
	struct option_verdict verdict = join("239.1.2.3", "0.0.0.0", 0, 8);
	struct ip_mreqn request;
	CHECK(verdict.answer == OPTION_REPLACE && verdict.length == sizeof(request));
	memcpy(&request, verdict.value, sizeof(request));
	CHECK(request.imr_ifindex == 3 && request.imr_multiaddr.s_addr == htonl(0xef010203));
	CHECK(join("239.1.2.3", "203.0.113.2", 0, 8).answer == OPTION_REFUSE);
	CHECK(join("239.1.2.3", "198.51.100.3", 0, 8).answer == OPTION_PASS);
	CHECK(join("239.1.2.3", "0.0.0.0", 2, 12).answer == OPTION_REFUSE);
	CHECK(join("239.1.2.3", "0.0.0.0", 3, 12).answer == OPTION_PASS);

	struct ipv6_mreq six = {.ipv6mr_interface = 0};
	verdict = pin_on_option(&pin, IPPROTO_IPV6, IPV6_JOIN_GROUP, &six, sizeof(six));
	memcpy(&six, verdict.value, sizeof(six));
	CHECK(verdict.answer == OPTION_REPLACE && six.ipv6mr_interface == 3);
}

static void sticky(void)
{
	struct in6_pktinfo info = {.ipi6_ifindex = 2};
	CHECK(pin_on_option(&pin, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info)).answer ==
	      OPTION_REFUSE);
	for (info.ipi6_ifindex = 0; info.ipi6_ifindex <= 3; info.ipi6_ifindex += 3)
		CHECK(pin_on_option(&pin, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info)).answer ==
		      OPTION_NOTHING);
	CHECK(pin_on_option(&pin, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info) - 1).answer ==
	      OPTION_PASS);
}

static void of_a_long_value_the_start_counts(void)
{
	char name[300] = "eth0", request[300] = {0};
	int index = 2;
	memcpy(request + 8, &index, sizeof(index));
	CHECK(pin_on_option(&pin, SOL_SOCKET, SO_BINDTODEVICE, name, sizeof(name)).answer ==
	      OPTION_REFUSE);
	CHECK(pin_on_option(&pin, IPPROTO_IP, IP_MULTICAST_IF, request, sizeof(request)).answer ==
	      OPTION_REFUSE);
}

static void short_values_are_the_kernel_s_business(void)
{
	static const int names[] = {IP_UNICAST_IF, IP_MULTICAST_IF, IP_ADD_MEMBERSHIP,
				    IP_ADD_SOURCE_MEMBERSHIP, MCAST_JOIN_GROUP};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (socklen_t length = 0; length < 4; length++) {
			char *value = calloc(1, length + 1U);
			CHECK(value != NULL);
			CHECK(pin_on_option(&pin, IPPROTO_IP, names[i], value, length).answer ==
			      OPTION_PASS);
			free(value);
		}
}

static void only_what_matters_is_looked_at(void)
{
	struct pin address = {.v4 = at_address("203.0.113.3")}, ports = {.port_low = 1};
	CHECK(!pin_minds_option(&pin, SOL_SOCKET, SO_REUSEADDR));
	CHECK(pin_minds_option(&pin, SOL_SOCKET, SO_BINDTODEVICE));
	CHECK(pin_minds_option(&address, SOL_SOCKET, SO_BINDTODEVICE));
	CHECK(pin_minds_option(&address, IPPROTO_IPV6, IPV6_RTHDR));
	CHECK(!pin_minds_option(&address, IPPROTO_IPV6, IPV6_2292RTHDR)); /* incoming headers */
	CHECK(pin_minds_option(&address, IPPROTO_IP, IP_OPTIONS));
	CHECK(pin_minds_option(&ports, IPPROTO_IP, 51));
	CHECK(!pin_minds_option(&pin, IPPROTO_IP, 51));
	CHECK(pin_minds_option(&address, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT));
	ports.v4.mode = ports.v6.mode = PIN_ANY;
	CHECK(!pin_minds_option(&ports, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT));
	CHECK(!pin_minds_option(&ports, SOL_SOCKET, SO_BINDTODEVICE));
}

static enum option_answer answer_to(const struct pin *to_pin, int level, int name,
				    const void *value, socklen_t length)
{
	return pin_on_option(to_pin, level, name, value, length).answer;
}

static void no_packet_goes_by_way_of_another_host(void)
{
	static const unsigned char route[] = {131, 7, 4, 192, 0, 2, 9, 0}, stamp[] = {68, 4, 5, 0};
	struct pin address = {.v4 = at_address("203.0.113.3")};
	unsigned char header[8] = {0};
	CHECK(answer_to(&address, IPPROTO_IPV6, IPV6_RTHDR, header, 8) == OPTION_REFUSE);
	CHECK(answer_to(&address, IPPROTO_IPV6, IPV6_RTHDR, header, 0) == OPTION_NOTHING);
	CHECK(answer_to(&address, IPPROTO_IP, IP_OPTIONS, route, sizeof(route)) == OPTION_REFUSE);
	CHECK(answer_to(&address, IPPROTO_IP, IP_OPTIONS, stamp, sizeof(stamp)) == OPTION_PASS);
	CHECK(answer_to(&address, IPPROTO_IP, IP_OPTIONS, NULL, 0) == OPTION_PASS);
}

static void a_socket_away_from_the_pin_is_not_moved_to_a_device(void)
{
	struct pin address = {.v4 = at_address("203.0.113.3")};
	struct facts facts = facts_of(AF_INET, SOCK_DGRAM, "203.0.113.3", 4000);
	unsigned int index = 3;
	CHECK(answer_to(&address, SOL_SOCKET, SO_BINDTODEVICE, "wlan0", 6) == OPTION_DEVICE);
	CHECK(answer_to(&address, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == OPTION_PASS);
	CHECK(answer_to(&address, SOL_SOCKET, SO_BINDTOIFINDEX, &index, 4) == OPTION_DEVICE);
	CHECK(option_may_move(&address, &facts));
	facts = facts_of(AF_INET, SOCK_DGRAM, "127.0.0.1", 4000);
	CHECK(!option_may_move(&address, &facts));
	facts = facts_of(AF_INET6, SOCK_DGRAM, "2001:db8:1::2", 4000);
	CHECK(!option_may_move(&address, &facts));
	facts.local.port = 0; /* of a refused family */
	CHECK(!option_may_move(&address, &facts));
	facts = facts_of(AF_INET, SOCK_DGRAM, "127.0.0.1", 0);
	CHECK(option_may_move(&address, &facts));
	facts.type = SOCK_RAW;
	CHECK(!option_may_move(&address, &facts));
}

static void a_choice_to_take_no_port_is_heard_of(void)
{
	uint32_t now;
	unsigned char byte = 1;
	CHECK(number(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1, &now) == OPTION_PORTLESS);
	CHECK(number(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0, &now) == OPTION_PASS);
	CHECK(pin_on_option(&pin, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &byte, 1).answer ==
	      OPTION_PORTLESS);
	CHECK(pin_on_option(&pin, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, NULL, 0).answer ==
	      OPTION_PASS);
}

int main(void)
{
	own[0] = (struct prefix){
		.ip = ip_of("198.51.100.3"), .length = 128, .reach = REACH_OWN, .ifindex = 3};
	own[1] = (struct prefix){
		.ip = ip_of("203.0.113.2"), .length = 128, .reach = REACH_OWN, .ifindex = 2};
	pin = (struct pin){.v4 = at_address("198.51.100.2"),
			   .v6 = at_address("2001:db8:2::2"),
			   .ifindex = 3,
			   .ifname = "wlan0",
			   .exempt = own,
			   .exempt_count = 2};
	numbers();
	names();
	groups();
	sticky();
	of_a_long_value_the_start_counts();
	short_values_are_the_kernel_s_business();
	only_what_matters_is_looked_at();
	no_packet_goes_by_way_of_another_host();
	a_socket_away_from_the_pin_is_not_moved_to_a_device();
	a_choice_to_take_no_port_is_heard_of();
	return 0;
}
