/* SPDX-License-Identifier: MIT */
/* What --view=pin keeps of rtnetlink messages. */
#include "pin/view.h"

#include <linux/fib_rules.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "pin/exempt.h"

enum { LO = 1, ETH0 = 2, WLAN0 = 3 };

/* Messages under construction. */
struct writer {
	_Alignas(struct nlmsghdr) unsigned char bytes[1024];
	size_t size, last; /* where the last message begins */
};

static void begin(struct writer *writer, unsigned short type, const void *body, size_t size)
{
	struct nlmsghdr header = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(size), .nlmsg_type = type};
	writer->last = writer->size;
	memcpy(writer->bytes + writer->size, &header, sizeof(header));
	memcpy(writer->bytes + writer->size + NLMSG_HDRLEN, body, size);
	writer->size += NLMSG_SPACE(size);
}

static void add(struct writer *writer, unsigned short type, const void *data, size_t size)
{
	struct rtattr attribute = {.rta_len = (unsigned short)RTA_LENGTH(size), .rta_type = type};
	memcpy(writer->bytes + writer->size, &attribute, sizeof(attribute));
	memcpy(writer->bytes + writer->size + sizeof(attribute), data, size);
	writer->size += RTA_SPACE(size);
	uint32_t length = (uint32_t)(writer->size - writer->last);
	memcpy(writer->bytes + writer->last, &length, sizeof(length));
}

static void add_number(struct writer *writer, unsigned short type, uint32_t number)
{
	add(writer, type, &number, sizeof(number));
}

static void add_ip(struct writer *writer, unsigned short type, const char *text)
{
	struct ip ip = ip_of(text);
	if (ip_is_v4(&ip))
		add(writer, type, ip.bytes + 12, 4);
	else
		add(writer, type, ip.bytes, 16);
}

static struct prefix own[4];

/* Pinned to wlan0 (follows), or with -a to an address of it and to one of eth0. */
static struct pin pin_of(bool follows)
{
	struct pin pin = {
		.v4 = at_address("198.51.100.2"),
		.v6 = at_address("2001:db8:1::2"),
		.views = true,
	};
	const char *texts[] = {"198.51.100.2", "198.51.100.3", "203.0.113.2", "2001:db8:1::2"};
	for (size_t i = 0; i < 4; i++)
		own[i] = (struct prefix){.ip = ip_of(texts[i]),
					 .length = 128,
					 .reach = REACH_OWN,
					 .ifindex = i < 2 ? WLAN0 : ETH0};
	pin.exempt_count = 4;
	exempt_settle(&pin, own);
	if (follows) {
		pin.ifindex = WLAN0;
		memcpy(pin.ifname, "wlan0", sizeof("wlan0"));
		pin.follows = true;
	}
	return pin;
}

/* Does the view keep the messages as they are? */
static bool keeps(const struct view *view, const struct writer *writer)
{
	struct writer copy = *writer;
	size_t left = view_filter(view, copy.bytes, copy.size);
	CHECK(left == 0 || left == copy.size);
	return left > 0;
}

static bool keeps_address(const struct view *view, unsigned int ifindex, const char *text)
{
	struct writer writer = {0};
	struct ip ip = ip_of(text);
	struct ifaddrmsg body = {.ifa_family = ip_is_v4(&ip) ? AF_INET : AF_INET6,
				 .ifa_index = ifindex};
	begin(&writer, RTM_NEWADDR, &body, sizeof(body));
	add_ip(&writer, IFA_ADDRESS, ip_is_v4(&ip) ? "192.0.2.9" : text); /* a tunnel's peer */
	if (ip_is_v4(&ip))
		add_ip(&writer, IFA_LOCAL, text);
	return keeps(view, &writer);
}

static void addresses_are_those_that_sockets_can_have(void)
{
	struct pin pin = pin_of(true);
	struct view view = view_of(&pin);
	CHECK(keeps_address(&view, LO, "127.0.0.1") && keeps_address(&view, LO, "::1"));
	CHECK(keeps_address(&view, WLAN0, "198.51.100.2"));
	CHECK(keeps_address(&view, WLAN0, "198.51.100.9")); /* a new one */
	CHECK(!keeps_address(&view, ETH0, "203.0.113.2"));
	CHECK(!keeps_address(&view, LO, "203.0.113.9"));
	CHECK(!keeps_address(&view, 0, "203.0.113.9"));
	pin.v6.mode = PIN_REFUSED;
	CHECK(!keeps_address(&view, WLAN0, "2001:db8:2::2"));
	pin = pin_of(false);
	view = view_of(&pin);
	CHECK(keeps_address(&view, WLAN0, "198.51.100.2"));
	CHECK(!keeps_address(&view, WLAN0, "198.51.100.3"));
	CHECK(keeps_address(&view, ETH0, "2001:db8:1::2"));
	CHECK(!keeps_address(&view, ETH0, "203.0.113.2"));
	struct ifaddrmsg body = {.ifa_family = AF_INET, .ifa_index = WLAN0};
	struct writer none = {0};
	begin(&none, RTM_NEWADDR, &body, sizeof(body));
	CHECK(!keeps(&view, &none));
}

static bool keeps_link(const struct view *view, int ifindex)
{
	struct writer writer = {0};
	struct ifinfomsg body = {.ifi_index = ifindex};
	begin(&writer, RTM_NEWLINK, &body, sizeof(body));
	return keeps(view, &writer);
}

static void links_are_loopback_and_the_pinned_ones(void)
{
	struct pin pin = pin_of(true);
	struct view view = view_of(&pin);
	CHECK(keeps_link(&view, LO) && keeps_link(&view, WLAN0));
	CHECK(!keeps_link(&view, ETH0) && !keeps_link(&view, 0) && !keeps_link(&view, -1));
	CHECK(view_has_name(&view, "lo") && view_has_name(&view, "wlan0") &&
	      view_has_name(&view, "wlan0:1"));
	CHECK(!view_has_name(&view, "wlan") && !view_has_name(&view, "wlan01") &&
	      !view_has_name(&view, "eth0") && !view_has_name(&view, ""));
	pin = pin_of(false);
	view = view_of(&pin);
	CHECK(keeps_link(&view, ETH0) && keeps_link(&view, WLAN0)); /* each has an address */
	pin.v6.mode = PIN_REFUSED;
	view = view_of(&pin);
	CHECK(!keeps_link(&view, ETH0) && !keeps_link(&view, 0));
	CHECK(view_has_name(&view, "lo") && !view_has_name(&view, "wlan0") &&
	      !view_has_name(&view, ""));
}

static void a_tunnel_does_not_show_what_it_runs_over(void)
{
	struct pin pin = pin_of(true);
	struct view view = view_of(&pin);
	struct ifinfomsg body = {.ifi_index = WLAN0, .ifi_type = ARPHRD_IPGRE};
	struct writer writer = {0};
	static const unsigned char zeros[4];
	unsigned short type;
	begin(&writer, RTM_NEWLINK, &body, sizeof(body));
	size_t address = writer.size;
	add_ip(&writer, IFLA_ADDRESS, "203.0.113.2");
	size_t info = writer.size;
	add_ip(&writer, IFLA_LINKINFO, "203.0.113.2");
	CHECK(view_filter(&view, writer.bytes, writer.size) == writer.size);
	CHECK(memcmp(writer.bytes + address + 4, zeros, 4) == 0);
	CHECK(memcmp(writer.bytes + info + 4, zeros, 4) == 0);
	memcpy(&type, writer.bytes + info + 2, sizeof(type));
	CHECK(type == IFLA_UNSPEC);
}

static struct writer route(unsigned char type, unsigned int ifindex)
{
	struct rtmsg body = {.rtm_family = AF_INET, .rtm_type = type};
	struct writer writer = {0};
	begin(&writer, RTM_NEWROUTE, &body, sizeof(body));
	if (ifindex)
		add_number(&writer, RTA_OIF, ifindex);
	return writer;
}

static bool keeps_route(const struct view *view, unsigned char type, unsigned int ifindex,
			unsigned short attribute, const char *text)
{
	struct writer writer = route(type, ifindex);
	if (text)
		add_ip(&writer, attribute, text);
	return keeps(view, &writer);
}

static bool keeps_hops(const struct view *view, int one, int other)
{
	struct rtnexthop hops[] = {{.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = one},
				   {.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = other}};
	struct writer writer = route(RTN_UNICAST, 0);
	add(&writer, RTA_MULTIPATH, hops, sizeof(hops));
	return keeps(view, &writer);
}

static void routes_lead_by_the_pinned_uplink(void)
{
	struct pin pin = pin_of(true);
	struct view view = view_of(&pin);
	CHECK(keeps_route(&view, RTN_UNICAST, WLAN0, RTA_GATEWAY, "198.51.100.1"));
	CHECK(!keeps_route(&view, RTN_UNICAST, ETH0, RTA_GATEWAY, "203.0.113.1"));
	CHECK(keeps_route(&view, RTN_UNICAST, WLAN0, RTA_PREFSRC, "198.51.100.2"));
	CHECK(!keeps_route(&view, RTN_UNICAST, LO, RTA_PREFSRC, "203.0.113.2"));
	CHECK(!keeps_route(&view, RTN_LOCAL, LO, RTA_DST, "203.0.113.2"));
	CHECK(keeps_route(&view, RTN_LOCAL, LO, RTA_DST, "127.0.0.0"));
	CHECK(keeps_route(&view, RTN_LOCAL, WLAN0, RTA_DST, "198.51.100.3"));
	CHECK(keeps_route(&view, RTN_BLACKHOLE, 0, 0, NULL));
	CHECK(!keeps_route(&view, RTN_UNICAST, 0, 0, NULL));
	CHECK(keeps_hops(&view, WLAN0, WLAN0));
	CHECK(!keeps_hops(&view, WLAN0, ETH0) && !keeps_hops(&view, ETH0, WLAN0));
	pin = pin_of(false);
	view = view_of(&pin);
	CHECK(!keeps_route(&view, RTN_LOCAL, WLAN0, RTA_DST, "198.51.100.3"));
	CHECK(keeps_route(&view, RTN_LOCAL, WLAN0, RTA_DST, "198.51.100.2"));
	CHECK(!keeps_route(&view, RTN_UNICAST, WLAN0, RTA_PREFSRC, "198.51.100.3"));
}

static bool keeps_rule(const struct view *view, unsigned short attribute, const char *text)
{
	struct fib_rule_hdr body = {.family = AF_INET};
	struct writer writer = {0};
	begin(&writer, RTM_NEWRULE, &body, sizeof(body));
	if (attribute == FRA_SRC)
		add_ip(&writer, attribute, text);
	else if (attribute)
		add(&writer, attribute, text, strlen(text) + 1);
	return keeps(view, &writer);
}

static void rules_and_neighbours_name_no_other_uplink(void)
{
	struct pin pin = pin_of(true);
	struct view view = view_of(&pin);
	CHECK(keeps_rule(&view, 0, NULL));
	CHECK(keeps_rule(&view, FRA_OIFNAME, "wlan0") && keeps_rule(&view, FRA_IIFNAME, "lo"));
	CHECK(!keeps_rule(&view, FRA_OIFNAME, "eth0") && !keeps_rule(&view, FRA_IIFNAME, "eth0"));
	CHECK(keeps_rule(&view, FRA_SRC, "198.51.100.2"));
	CHECK(!keeps_rule(&view, FRA_SRC, "203.0.113.2"));
	struct writer neighbours = {0};
	struct ndmsg mine = {.ndm_ifindex = WLAN0}, other = {.ndm_ifindex = ETH0};
	begin(&neighbours, RTM_NEWNEIGH, &other, sizeof(other));
	begin(&neighbours, RTM_NEWNEIGH, &mine, sizeof(mine));
	begin(&neighbours, NLMSG_DONE, &(int){0}, sizeof(int));
	size_t left = view_filter(&view, neighbours.bytes, neighbours.size);
	CHECK(left == NLMSG_SPACE(sizeof(mine)) + NLMSG_SPACE(sizeof(int)));
	CHECK(memcmp(neighbours.bytes + NLMSG_HDRLEN, &mine, sizeof(mine)) == 0);
}

static bool can_ask(unsigned short type, unsigned short attribute)
{
	struct ifinfomsg body = {0};
	struct writer writer = {0};
	begin(&writer, type, &body, sizeof(body));
	if (attribute)
		add_number(&writer, attribute, 0);
	return view_can_ask(writer.bytes, writer.size);
}

static void what_is_not_understood_does_not_pass(void)
{
	struct pin pin = pin_of(true);
	struct view view = view_of(&pin);
	struct writer writer = {0};
	struct rtmsg body = {.rtm_family = AF_INET};
	begin(&writer, RTM_NEWNETCONF, &body, sizeof(body));
	CHECK(!keeps(&view, &writer));
	CHECK(can_ask(RTM_GETLINK, 0) && can_ask(RTM_GETROUTE, 0));
	CHECK(!can_ask(RTM_GETLINK, IFLA_TARGET_NETNSID));
	CHECK(!can_ask(RTM_GETNETCONF, 0) && !can_ask(RTM_NEWLINK, 0) && !can_ask(RTM_DELADDR, 0));
	/* Cut off, at each place, and with a length that lies. */
	writer = route(RTN_UNICAST, WLAN0);
	for (size_t size = 0; size < writer.size; size++) {
		struct writer copy = writer;
		CHECK(view_filter(&view, copy.bytes, size) == 0);
	}
	writer.bytes[0] = 8;
	CHECK(view_filter(&view, writer.bytes, writer.size) == 0);
}

static void files_that_list_interfaces_are_hidden(void)
{
	CHECK(view_hides_file("/proc/net/if_inet6") && view_hides_file("/proc/self/net/dev") &&
	      view_hides_file("/proc/7/task/7/net/route"));
	CHECK(!view_hides_file("/proc/net/unix") && !view_hides_file("/proc/net/") &&
	      !view_hides_file("/proc/net") && !view_hides_file("/etc/net/dev") &&
	      !view_hides_file("/proc/sys/net") && !view_hides_file(""));
	CHECK(!view_hides_file("/proc/sys/net/ipv4/ip_forward"));
}

int main(void)
{
	addresses_are_those_that_sockets_can_have();
	links_are_loopback_and_the_pinned_ones();
	a_tunnel_does_not_show_what_it_runs_over();
	routes_lead_by_the_pinned_uplink();
	rules_and_neighbours_name_no_other_uplink();
	what_is_not_understood_does_not_pass();
	files_that_list_interfaces_are_hidden();
	return 0;
}
