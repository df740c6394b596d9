/* SPDX-License-Identifier: MIT */
/* A control message that names another source or device gets the pin; others stay as they are. */
#include "pin/control.h"

#include <errno.h>
#include <netinet/in.h>

#include "check.h"

static struct pin address, interface;

/* Returns 1 if copy holds what is sent in control's place, 0 if control may stay, or -EPERM. */
static int judged(const struct pin *pin, enum reach reach, const struct verdict *verdict,
		  unsigned char *control, size_t length, unsigned char *copy)
{
	struct verdict way = verdict == NULL ? (struct verdict){0} : *verdict;
	struct msghdr message = {.msg_control = control, .msg_controllen = length};
	way.reach = reach;
	int r = control_prepare(pin, &way, &message, copy);
	return r < 0 ? r : message.msg_control == copy;
}

/* Judges one IP_PKTINFO message; returns judged()'s result, and in *ret_info what is sent. */
static int v4_message(const struct pin *pin, const char *source, int index,
		      struct in_pktinfo *ret_info)
{
	_Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
	unsigned char copy[CONTROL_SIZE];
	struct ip ip = ip_of(source);
	struct in_pktinfo info = {.ipi_ifindex = index};
	struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(info)),
				 .cmsg_level = IPPROTO_IP,
				 .cmsg_type = IP_PKTINFO};
	memcpy(&info.ipi_spec_dst, ip.bytes + 12, 4);
	memcpy(control, &header, sizeof(header));
	memcpy(control + CMSG_LEN(0), &info, sizeof(info));
	int r = judged(pin, REACH_REMOTE, NULL, control, sizeof(control), copy);
	memcpy(ret_info, copy + CMSG_LEN(0), sizeof(*ret_info));
	return r;
}

static bool source_is(const struct in_pktinfo *info, const char *text)
{
	struct ip ip = ip_from_bytes(AF_INET, &info->ipi_spec_dst);
	return ip_is(&ip, text);
}

static void a_foreign_source_or_device_is_rewritten(void)
{
	struct in_pktinfo info;
	CHECK(v4_message(&address, "203.0.113.3", 0, &info) == 0);
	CHECK(v4_message(&address, "203.0.113.3", 2, &info) == 0);
	CHECK(v4_message(&address, "203.0.113.2", 2, &info) == 1);
	CHECK(source_is(&info, "203.0.113.3") && info.ipi_ifindex == 2);
	/* A message without a source would undo the socket's own. */
	CHECK(v4_message(&address, "0.0.0.0", 0, &info) == 1 && source_is(&info, "203.0.113.3"));
	CHECK(v4_message(&interface, "198.51.100.2", 2, &info) == 1 && info.ipi_ifindex == 0);
	CHECK(v4_message(&interface, "198.51.100.2", 3, &info) == 0);
	CHECK(v4_message(&address, "127.0.0.1", 0, &info) == 0);
}

static void the_same_for_ipv6(void)
{
	_Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(struct in6_pktinfo))] = {
		0};
	unsigned char copy[CONTROL_SIZE];
	struct ip foreign = ip_of("2001:db8:1::2");
	struct in6_pktinfo info = {.ipi6_ifindex = 2};
	struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(info)),
				 .cmsg_level = IPPROTO_IPV6,
				 .cmsg_type = IPV6_PKTINFO};
	memcpy(&info.ipi6_addr, foreign.bytes, 16);
	memcpy(control, &header, sizeof(header));
	memcpy(control + CMSG_LEN(0), &info, sizeof(info));
	CHECK(judged(&interface, REACH_REMOTE, NULL, control, sizeof(control), copy) == 1);
	memcpy(&info, copy + CMSG_LEN(0), sizeof(info));
	struct ip now = ip_from_bytes(AF_INET6, &info.ipi6_addr);
	CHECK(ip_is(&now, "2001:db8:2::2") && info.ipi6_ifindex == 0);
	CHECK(judged(&interface, REACH_EXCLUDED, NULL, control, sizeof(control), copy) == 0);
}

static void a_datagram_to_this_host_needs_no_uplink(void)
{
	_Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
	unsigned char copy[CONTROL_SIZE];
	struct in_pktinfo info = {.ipi_ifindex = 2};
	struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(info)),
				 .cmsg_level = IPPROTO_IP,
				 .cmsg_type = IP_PKTINFO};
	memcpy(control, &header, sizeof(header));
	memcpy(control + CMSG_LEN(0), &info, sizeof(info));
	CHECK(judged(&interface, REACH_OWN, NULL, control, sizeof(control), copy) == 1);
	memcpy(&info, copy + CMSG_LEN(0), sizeof(info));
	CHECK(info.ipi_ifindex == 1);
	CHECK(judged(&interface, REACH_LOOPBACK, NULL, copy, sizeof(control), control) == 0);
}

static void a_way_round_another_host_is_refused(void)
{
	static const unsigned char route[] = {1, 131, 7, 4, 192, 0, 2, 9};
	static const unsigned char stamp[] = {68, 8, 5, 0, 0, 0, 0, 0, 1};
	unsigned char copy[CONTROL_SIZE], control[CMSG_SPACE(8)] = {0};
	struct cmsghdr header = {
		.cmsg_len = CMSG_LEN(8), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_RTHDR};
	memcpy(control, &header, sizeof(header));
	CHECK(judged(&address, REACH_REMOTE, NULL, control, sizeof(control), copy) == -EPERM);
	CHECK(judged(&address, REACH_LOOPBACK, NULL, control, sizeof(control), copy) == -EPERM);
	header.cmsg_level = IPPROTO_IP;
	header.cmsg_type = IP_RETOPTS;
	memcpy(control, &header, sizeof(header));
	CHECK(judged(&address, REACH_REMOTE, NULL, control, sizeof(control), copy) == 0);
	memcpy(control + CMSG_LEN(0), route, sizeof(route));
	CHECK(judged(&address, REACH_REMOTE, NULL, control, sizeof(control), copy) == -EPERM);
	CHECK(!control_has_source_route(stamp, sizeof(stamp)));
	CHECK(!control_has_source_route((const unsigned char[]){1, 7, 0, 131}, 4));
	for (size_t length = 0; length <= sizeof(route); length++)
		CHECK(control_has_source_route(route, length) == (length > 1));
}

static void lengths_are_not_trusted(void)
{
	unsigned char copy[CONTROL_SIZE];
	for (size_t length = 0; length < 64; length++)
		for (size_t said = 0; said < 80; said++) {
			struct cmsghdr header = {.cmsg_len = said,
						 .cmsg_level = IPPROTO_IP,
						 .cmsg_type = IP_PKTINFO};
			unsigned char *control = calloc(1, length + 1);
			CHECK(control != NULL);
			memcpy(control, &header, length < sizeof(header) ? length : sizeof(header));
			(void)judged(&address, REACH_REMOTE, NULL, control, length, copy);
			free(control);
		}
}

static void a_foreign_source_in_too_much_data_is_refused(void)
{
	static unsigned char control[CONTROL_SIZE + 64], copy[CONTROL_SIZE];
	struct cmsghdr filler = {.cmsg_len = CONTROL_SIZE, .cmsg_level = SOL_SOCKET};
	struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)),
				 .cmsg_level = IPPROTO_IP,
				 .cmsg_type = IP_PKTINFO};
	memcpy(control, &filler, sizeof(filler));
	CHECK(judged(&address, REACH_REMOTE, NULL, control, sizeof(control), copy) == 0);
	memcpy(control + CONTROL_SIZE, &header, sizeof(header));
	CHECK(judged(&address, REACH_REMOTE, NULL, control, sizeof(control), copy) == -EPERM);
}

/* What the verdict asks for, for each family. */
static void the_verdict_s_choice_travels_with_the_datagram(void)
{
	unsigned char copy[CONTROL_SIZE] = {0}, full[CONTROL_SIZE - 8] = {0};
	struct verdict verdict = {.override = true, .choice = {address.v4.ip, 1}};
	struct cmsghdr header, filler = {.cmsg_len = sizeof(full), .cmsg_level = SOL_SOCKET};
	CHECK(judged(&address, REACH_REMOTE, &verdict, NULL, 0, copy) == 1);
	memcpy(&header, copy, sizeof(header));
	CHECK(header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO);
	verdict.choice.source = address.v6.ip;
	CHECK(judged(&address, REACH_REMOTE, &verdict, NULL, 0, copy) == 1);
	memcpy(&header, copy, sizeof(header));
	CHECK(header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO);
	memcpy(full, &filler, sizeof(filler));
	CHECK(judged(&address, REACH_REMOTE, &verdict, full, sizeof(full), copy) == -EPERM);
}

/* The program's own message carries the device, and keeps its source for a peer on this host. */
static void the_program_s_message_carries_the_choice(void)
{
	_Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
	unsigned char copy[CONTROL_SIZE];
	struct verdict verdict = {.override = true, .choice = {address.v4.ip, 1}};
	struct ip own = ip_of("127.0.0.1");
	struct in_pktinfo info = {.ipi_ifindex = 2};
	struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(info)),
				 .cmsg_level = IPPROTO_IP,
				 .cmsg_type = IP_PKTINFO};
	memcpy(&info.ipi_spec_dst, own.bytes + 12, 4);
	memcpy(control, &header, sizeof(header));
	memcpy(control + CMSG_LEN(0), &info, sizeof(info));
	CHECK(judged(&address, REACH_LOOPBACK, &verdict, control, sizeof(control), copy) == 1);
	memcpy(&info, copy + CMSG_LEN(0), sizeof(info));
	CHECK(info.ipi_ifindex == 1 && source_is(&info, "127.0.0.1"));
	verdict.overrides_source = true;
	CHECK(judged(&address, REACH_LOOPBACK, &verdict, control, sizeof(control), copy) == 1);
	memcpy(&info, copy + CMSG_LEN(0), sizeof(info));
	CHECK(source_is(&info, "203.0.113.3"));
}

int main(void)
{
	address = (struct pin){.v4 = at_address("203.0.113.3"), .v6 = at_address("2001:db8:1::3")};
	interface = (struct pin){
		.v4 = at_address("198.51.100.2"), .v6 = at_address("2001:db8:2::2"), .ifindex = 3};
	a_foreign_source_or_device_is_rewritten();
	the_same_for_ipv6();
	lengths_are_not_trusted();
	a_foreign_source_in_too_much_data_is_refused();
	a_datagram_to_this_host_needs_no_uplink();
	a_way_round_another_host_is_refused();
	the_verdict_s_choice_travels_with_the_datagram();
	the_program_s_message_carries_the_choice();
	return 0;
}
