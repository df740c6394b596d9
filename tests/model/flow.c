/* SPDX-License-Identifier: MIT */
/* ip_route_output_key_hash_rcu() and ip6_dst_lookup_tail(): which way, and from which source. */
#include <errno.h>
#include <netinet/in.h>

#include "kernel.h"

static bool is_group(uint32_t v4)
{
	return v4 >> 28 == 0xe;
}

/* __mkroute_output() */
static int make_route(struct flow_v4 *flow, unsigned int device, enum host_type type)
{
	bool is_lo = device == HOST_LO;
	if (flow->source >> 24 == 127 && !is_lo && !host.routes_localnet)
		return -EINVAL;
	flow->route = (struct model_route){
		.device = (uint8_t)device,
		.is_local = is_lo || type == HOST_LOCAL,
		.is_broadcast = type == HOST_BROADCAST || flow->destination == UINT32_MAX,
		.is_group = is_group(flow->destination),
	};
	return 0;
}

/* With a source: must it be of this host, and does it say by which device a group is reached? */
static int route_from(struct flow_v4 *flow, bool *ret_is_made)
{
	unsigned int device = host_device_of_v4(flow->source);
	if (is_group(flow->source) || flow->source == UINT32_MAX || flow->source >> 24 == 0)
		return -EINVAL;
	if (device == 0)
		return -ENETUNREACH;
	if (flow->oif != 0 || (!is_group(flow->destination) && flow->destination != UINT32_MAX))
		return 0;
	*ret_is_made = true;
	flow->oif = device;
	return make_route(flow, device, HOST_UNICAST);
}

/* By a device: groups of the link and broadcasts need no table. */
static int route_by(struct flow_v4 *flow, bool *ret_is_made)
{
	if (flow->destination >> 8 == 0xe00000 || flow->destination == UINT32_MAX) {
		if (flow->source == 0)
			flow->source = host_source_v4(flow->oif, HOST_SCOPE_LINK);
		*ret_is_made = true;
		return make_route(flow, flow->oif, HOST_UNICAST);
	}
	if (flow->source == 0 && is_group(flow->destination))
		flow->source = host_source_v4(flow->oif, HOST_SCOPE_UNIVERSE);
	else if (flow->source == 0 && flow->destination == 0)
		flow->source = host_source_v4(flow->oif, HOST_SCOPE_HOST);
	return 0;
}

void flow_v4_choose(const struct model_socket *socket, struct flow_v4 *flow)
{
	bool to_group = is_group(flow->destination);
	if (flow->oif == 0)
		flow->oif = to_group ? socket->multicast_v4 : socket->unicast_v4;
	if (flow->source == 0 && to_group)
		flow->source = socket->group_source;
}

int flow_v4_route(struct flow_v4 *flow)
{
	enum host_type type;
	bool is_made = false;
	int r = flow->source == 0 ? 0 : route_from(flow, &is_made);
	if (r == 0 && !is_made && flow->oif != 0)
		r = route_by(flow, &is_made);
	if (r < 0 || is_made)
		return r;
	if (flow->destination == 0) { /* this host */
		if (flow->source == 0)
			flow->source = INADDR_LOOPBACK;
		flow->destination = flow->source;
		return make_route(flow, HOST_LO, HOST_LOCAL);
	}
	unsigned int device = host_route_v4(flow->destination, flow->oif, &type);
	if (device == 0 && flow->oif == 0)
		return -ENETUNREACH;
	if (device == 0) { /* the tables know nothing: taken for a neighbour */
		device = flow->oif;
		type = HOST_UNICAST;
		if (flow->source == 0)
			flow->source = host_source_v4(device, HOST_SCOPE_LINK);
	}
	if (type == HOST_LOCAL) {
		if (flow->source == 0) /* the route's: its device's first */
			flow->source = host_source_v4(device, HOST_SCOPE_HOST);
		device = HOST_LO;
	}
	if (flow->source == 0)
		flow->source = host_source_v4(device, HOST_SCOPE_LINK);
	return make_route(flow, device, type);
}

static bool needs_strict(const struct ip *to)
{
	return to->bytes[0] == 0xff || (to->bytes[0] == 0xfe && (to->bytes[1] & 0xc0) == 0x80) ||
	       ip_equal(to, &IP_V6_LOOPBACK);
}

static unsigned int look_up(const struct model_socket *socket, const struct flow_v6 *flow,
			    bool *ret_is_local)
{
	bool any = ip_equal(&flow->source, &IP_V6_WILDCARD);
	bool is_strict =
		socket->device != 0 || needs_strict(&flow->destination) || (flow->oif != 0 && any);
	return host_route_v6(&flow->destination, flow->oif, is_strict, ret_is_local);
}

int flow_v6_route(const struct model_socket *socket, struct flow_v6 *flow)
{
	bool is_local = false;
	unsigned int device;
	if (ip_equal(&flow->source, &IP_V6_WILDCARD)) {
		device = look_up(socket, flow, &is_local);
		if (device == 0)
			return -ENETUNREACH;
		if (!host_source_v6(device, &flow->destination, &flow->source))
			return -EADDRNOTAVAIL;
	} else {
		device = look_up(socket, flow, &is_local);
	}
	if (device == 0)
		return -ENETUNREACH;
	if (host_is_mapped(&flow->source) && !host_is_mapped(&flow->destination) &&
	    !ip_equal(&flow->destination, &IP_V6_WILDCARD))
		return -EAFNOSUPPORT;
	flow->route = (struct model_route){
		.device = is_local ? HOST_LO : (uint8_t)device,
		.is_local = is_local || device == HOST_LO,
	};
	return 0;
}
