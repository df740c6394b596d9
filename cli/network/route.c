/* SPDX-License-Identifier: MIT */
/*
 * Asks for routes by RTM_GETROUTE (rtnetlink(7)). The kernel answers as it would serve a socket, by
 * rules, tables and metrics. There is one exception: if a query names a device and no IPv4 route
 * leads there, the kernel assumes a neighbour on that device and answers as if there were a route
 * (ip_route_output_key_hash_rcu() in net/ipv4/route.c). With RTM_F_FIB_MATCH (Linux 4.13) it
 * answers by the entry of the table, and says that there is none.
 */
#include "network/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "network/netlink.h"

static const unsigned char *v4_bytes(const struct ip *ip)
{
	return ip->bytes + sizeof(ip->bytes) - 4;
}

static bool read_ip(const struct nlattr *attribute, int family, struct ip *ret_ip)
{
	if (mnl_attr_get_payload_len(attribute) < (family == AF_INET ? 4 : 16))
		return false;
	*ret_ip = ip_from_bytes(family, mnl_attr_get_payload(attribute));
	return true;
}

/* RTA_VIA is a gateway of another family than the route. */
static bool read_via(const struct nlattr *attribute, struct ip *ret_ip)
{
	const struct rtvia *via = mnl_attr_get_payload(attribute);
	size_t length = mnl_attr_get_payload_len(attribute);

	if (length < sizeof(*via) + 16 || via->rtvia_family != AF_INET6)
		return false;
	*ret_ip = ip_from_bytes(AF_INET6, via->rtvia_addr);
	return true;
}

static bool read_number(const struct nlattr *attribute, uint32_t *ret_number)
{
	if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
		return false;
	*ret_number = mnl_attr_get_u32(attribute);
	return true;
}

static int read_attribute(const struct nlattr *attribute, void *context)
{
	struct route *route = context;
	int family = route->is_v4 ? AF_INET : AF_INET6;

	switch (mnl_attr_get_type(attribute)) {
	case RTA_DST: /* a default route has none */
		(void)read_ip(attribute, family, &route->destination);
		break;
	case RTA_OIF:
		(void)read_number(attribute, &route->ifindex);
		break;
	case RTA_GATEWAY:
		route->has_gateway = read_ip(attribute, family, &route->gateway);
		break;
	case RTA_VIA:
		route->has_gateway = read_via(attribute, &route->gateway);
		break;
	case RTA_PREFSRC:
		route->has_source = read_ip(attribute, family, &route->source);
		break;
	case RTA_PRIORITY:
		(void)read_number(attribute, &route->metric);
		break;
	case RTA_TABLE:
		(void)read_number(attribute, &route->table);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int read_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	struct route *route = context;

	*route = (struct route){
		.is_v4 = header->rtm_family == AF_INET,
		.type = header->rtm_type,
		.bits = header->rtm_dst_len,
		.table = header->rtm_table,
	};
	return mnl_attr_parse(message, sizeof(*header), read_attribute, route);
}

/* The answer about one destination is one message. No other message ends it, so stop here. */
static int read_answer(const struct nlmsghdr *message, void *context)
{
	return read_route(message, context) < 0 ? MNL_CB_ERROR : MNL_CB_STOP;
}

static void put_ip(struct nlmsghdr *request, uint16_t type, const struct ip *ip)
{
	if (ip_is_v4(ip))
		mnl_attr_put(request, type, 4, v4_bytes(ip));
	else
		mnl_attr_put(request, type, sizeof(ip->bytes), ip->bytes);
}

static int ask(const struct route_query *query, unsigned int flags, struct route *ret_route)
{
	bool is_v4 = ip_is_v4(&query->destination);
	union netlink_request buffer;
	struct nlmsghdr *request = mnl_nlmsg_put_header(&buffer);

	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST;
	struct rtmsg *header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->rtm_family = is_v4 ? AF_INET : AF_INET6;
	header->rtm_dst_len = is_v4 ? 32 : 128;
	header->rtm_flags = flags;
	put_ip(request, RTA_DST, &query->destination);
	if (query->source) {
		header->rtm_src_len = header->rtm_dst_len;
		put_ip(request, RTA_SRC, query->source);
	}
	if (query->ifindex)
		mnl_attr_put_u32(request, RTA_OIF, query->ifindex);
	if (query->mark)
		mnl_attr_put_u32(request, RTA_MARK, query->mark);
	return netlink_ask(request, read_answer, ret_route);
}

int route_ask(const struct route_query *query, struct route *ret_route)
{
	struct route route = {0};
	int r = 0;

	if (query->ifindex && ip_is_v4(&query->destination)) {
		r = ask(query, RTM_F_FIB_MATCH, &route);
		if (r == -EINVAL) /* Linux before 4.13 does not know the flag */
			r = 0;
	}
	if (r == 0)
		r = ask(query, 0, &route);
	/*
	 * If the query has a source, IPv6 may answer by another device than the one that it names.
	 * A socket that is bound to a device keeps to it.
	 */
	if (r == 0 && query->source && query->ifindex && route.ifindex != query->ifindex) {
		struct route_query by_device = *query;

		by_device.source = NULL;
		r = ask(&by_device, 0, &route);
	}
	if (r == 0 && route.type != RTN_UNICAST && route.type != RTN_LOCAL)
		r = -ENETUNREACH;
	if (r == 0)
		*ret_route = route;
	return r;
}

static void add(struct route_list *list, const struct route *route)
{
	list->routes = alloc_grow(list->routes, list->count, sizeof(*list->routes));
	list->routes[list->count++] = *route;
}

/* RTA_MULTIPATH holds several next hops, each with its own attributes. */
static int add_hops(const struct nlattr *hops, const struct route *whole, struct route_list *list)
{
	const char *at = mnl_attr_get_payload(hops);
	const char *end = at + mnl_attr_get_payload_len(hops);
	struct rtnexthop hop;

	while (at < end && (size_t)(end - at) >= sizeof(hop)) {
		struct route route = *whole;

		memcpy(&hop, at, sizeof(hop));
		if (hop.rtnh_len < sizeof(hop) || hop.rtnh_len > end - at)
			return MNL_CB_ERROR;
		route.ifindex = (unsigned int)hop.rtnh_ifindex;
		if (mnl_attr_parse_payload(at + sizeof(hop), hop.rtnh_len - sizeof(hop),
					   read_attribute, &route) < 0)
			return MNL_CB_ERROR;
		add(list, &route);
		at += RTNH_ALIGN(hop.rtnh_len);
	}
	return MNL_CB_OK;
}

static int find_hops(const struct nlattr *attribute, void *context)
{
	if (mnl_attr_get_type(attribute) != RTA_MULTIPATH)
		return MNL_CB_OK;
	*(const struct nlattr **)context = attribute;
	return MNL_CB_STOP;
}

static int add_route(const struct nlmsghdr *message, void *context)
{
	struct route_list *list = context;
	struct route route;

	if (message->nlmsg_type != RTM_NEWROUTE || read_route(message, &route) < 0)
		return MNL_CB_OK;
	if (route.type != RTN_UNICAST)
		return MNL_CB_OK;
	const struct nlattr *hops = NULL;
	(void)mnl_attr_parse(message, sizeof(struct rtmsg), find_hops, &hops);
	if (hops)
		return add_hops(hops, &route, list);
	add(list, &route);
	return MNL_CB_OK;
}

static void begin_list(void *context)
{
	route_list_free(context);
}

int route_list_read(struct route_list *ret_list)
{
	struct route_list list = {0};
	int r = netlink_dump(RTM_GETROUTE, sizeof(struct rtmsg), begin_list, add_route, &list);

	if (r < 0)
		route_list_free(&list);
	else
		*ret_list = list;
	return r;
}

/* A question about all routes: is it right for one of them? */
struct search {
	bool (*is_right)(const struct route *route, const struct search *search);
	uint32_t table;      /* of route_table_ends() */
	bool is_v4;          /* the family */
	const struct ip *ip; /* of route_has_local() */
	bool is_found;
};

static void begin_search(void *context)
{
	struct search *search = context;

	search->is_found = false;
}

static int search_route(const struct nlmsghdr *message, void *context)
{
	struct search *search = context;
	struct route route;

	if (message->nlmsg_type != RTM_NEWROUTE || read_route(message, &route) < 0)
		return MNL_CB_OK;
	search->is_found |= route.is_v4 == search->is_v4 && search->is_right(&route, search);
	return MNL_CB_OK;
}

/* Returns 1, 0 or -errno. */
static int find(struct search *search)
{
	int r = netlink_dump(RTM_GETROUTE, sizeof(struct rtmsg), begin_search, search_route,
			     search);

	return r < 0 ? r : search->is_found;
}

static bool ends_table(const struct route *route, const struct search *search)
{
	bool ends = route->type == RTN_UNREACHABLE || route->type == RTN_BLACKHOLE ||
		    route->type == RTN_PROHIBIT;

	return ends && route->bits == 0 && route->table == search->table;
}

int route_table_ends(uint32_t table, bool is_v4)
{
	struct search search = {.is_right = ends_table, .table = table, .is_v4 = is_v4};

	return find(&search);
}

static bool is_local_for(const struct route *route, const struct search *search)
{
	unsigned int bits = route->bits + (route->is_v4 ? 96U : 0U);

	return route->type == RTN_LOCAL &&
	       (route->bits == 0 || ip_common_bits(&route->destination, search->ip) >= bits);
}

int route_has_local(const struct ip *ip)
{
	struct search search = {.is_right = is_local_for, .is_v4 = ip_is_v4(ip), .ip = ip};

	return find(&search);
}

void route_list_free(struct route_list *list)
{
	free(list->routes);
	*list = (struct route_list){0};
}

bool route_is_broadcast(const struct ip *ip)
{
	static const unsigned char everywhere[4] = {255, 255, 255, 255};
	struct route_query query = {.destination = *ip};
	struct route route;

	if (memcmp(v4_bytes(ip), everywhere, sizeof(everywhere)) == 0)
		return true;
	/* If there is no route to the address (ENETUNREACH), it is no broadcast address. */
	return ask(&query, 0, &route) == 0 && route.type == RTN_BROADCAST;
}
