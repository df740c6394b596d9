/* SPDX-License-Identifier: MIT */
/* A source or device named in a control message comes back to the pin; other messages stay. */
#include "control.h"

#include <errno.h>
#include <netinet/in.h>

#include "check.h"

static struct pin address, interface;

/* One IP_PKTINFO message; returns what pin_on_control() says, *ret_info what would be sent. */
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
	int r = pin_on_control(pin, REACH_REMOTE, control, sizeof(control), copy);
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
	/* No source would take the socket's own away. */
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
	CHECK(pin_on_control(&interface, REACH_REMOTE, control, sizeof(control), copy) == 1);
	memcpy(&info, copy + CMSG_LEN(0), sizeof(info));
	struct ip now = ip_from_bytes(AF_INET6, &info.ipi6_addr);
	CHECK(ip_is(&now, "2001:db8:2::2") && info.ipi6_ifindex == 0);
	CHECK(pin_on_control(&interface, REACH_LOOPBACK, control, sizeof(control), copy) == 0);
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
			(void)pin_on_control(&address, REACH_REMOTE, control, length, copy);
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
	CHECK(pin_on_control(&address, REACH_REMOTE, control, sizeof(control), copy) == 0);
	memcpy(control + CONTROL_SIZE, &header, sizeof(header));
	CHECK(pin_on_control(&address, REACH_REMOTE, control, sizeof(control), copy) == -EPERM);
}

static void a_message_by_way_of_lo_is_added(void)
{
	unsigned char copy[CONTROL_SIZE] = {0};
	struct cmsghdr header;
	CHECK(control_add_loopback(copy, 0, &address.v4.ip) ==
	      CMSG_SPACE(sizeof(struct in_pktinfo)));
	memcpy(&header, copy, sizeof(header));
	CHECK(header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO);
	CHECK(control_add_loopback(copy, CONTROL_SIZE - 8, &address.v4.ip) == 0);
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
	a_message_by_way_of_lo_is_added();
	return 0;
}
