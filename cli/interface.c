/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink(7) through libmnl: a dump of the links with their alternative names (Linux 5.5), and
 * the type of a route. The addresses come from preload/pin/local.c, which the library has anyway.
 */
#include "interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cleanup.h"
#include "codec.h"
#include "diag.h"

/* What the kernel itself uses for the answers to a dump; MNL_SOCKET_BUFFER_SIZE is at most 8 KiB.
 */
enum { ANSWER_SIZE = 32768 };

typedef int answer_callback(const struct nlmsghdr *message, void *context);

static void cleanup_netlink(struct mnl_socket **netlink)
{
	if (*netlink)
		(void)mnl_socket_close(*netlink);
}

static int receive(struct mnl_socket *netlink, uint32_t sequence, answer_callback *callback,
		   void *context)
{
	AUTO_FREE void *buffer = alloc_array(1, ANSWER_SIZE);
	uint32_t port = mnl_socket_get_portid(netlink);
	int more = MNL_CB_OK;

	while (more > MNL_CB_STOP) {
		ssize_t length = mnl_socket_recvfrom(netlink, buffer, ANSWER_SIZE);

		if (length < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)length, sequence, port, callback, context);
	}
	return more < 0 ? -errno : 0;
}

/* Sends one request and gives its answers to callback. Returns 0 or -errno. */
static int ask(struct nlmsghdr *request, answer_callback *callback, void *context)
{
	/* CLOEXEC: the program must not inherit it. */
	CLEANUP(cleanup_netlink)
	struct mnl_socket *netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (!netlink || mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	request->nlmsg_seq = 1;
	if (mnl_socket_sendto(netlink, request, request->nlmsg_len) < 0)
		return -errno;
	return receive(netlink, request->nlmsg_seq, callback, context);
}

static int add_alternative(const struct nlattr *attribute, void *context)
{
	struct interface *interface = context;

	if (mnl_attr_get_type(attribute) != IFLA_ALT_IFNAME ||
	    mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0)
		return MNL_CB_OK;
	interface->alternatives =
		alloc_grow(interface->alternatives, interface->alternative_count, sizeof(char *));
	interface->alternatives[interface->alternative_count++] =
		alloc_copy(mnl_attr_get_str(attribute));
	return MNL_CB_OK;
}

static int read_attribute(const struct nlattr *attribute, void *context)
{
	struct interface *interface = context;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		if (mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0 &&
		    mnl_attr_get_payload_len(attribute) <= IF_NAMESIZE)
			memcpy(interface->name, mnl_attr_get_str(attribute),
			       mnl_attr_get_payload_len(attribute));
		return MNL_CB_OK;
	case IFLA_PROP_LIST:
		return mnl_attr_parse_nested(attribute, add_alternative, interface);
	default:
		return MNL_CB_OK;
	}
}

static int add_interface(const struct nlmsghdr *message, void *context)
{
	struct network *network = context;
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	network->interfaces = alloc_grow(network->interfaces, network->interface_count,
					 sizeof(*network->interfaces));
	struct interface *interface = &network->interfaces[network->interface_count++];
	*interface = (struct interface){
		.index = (unsigned int)info->ifi_index,
		.flags = info->ifi_flags,
	};
	return mnl_attr_parse(message, sizeof(*info), read_attribute, interface);
}

static void free_interfaces(struct network *network)
{
	for (size_t i = 0; i < network->interface_count; i++) {
		for (size_t j = 0; j < network->interfaces[i].alternative_count; j++)
			free(network->interfaces[i].alternatives[j]);
		free(network->interfaces[i].alternatives);
	}
	free(network->interfaces);
	network->interfaces = NULL;
	network->interface_count = 0;
}

static int read_interfaces(struct network *network)
{
	union {
		struct nlmsghdr header;
		char bytes[64];
	} buffer;
	int result;

	do { /* EINTR: the links changed while they were listed (NLM_F_DUMP_INTR) */
		struct nlmsghdr *request = mnl_nlmsg_put_header(&buffer);

		free_interfaces(network);
		request->nlmsg_type = RTM_GETLINK;
		request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
		result = ask(request, add_interface, network);
	} while (result == -EINTR);
	return result;
}

static int by_index(const void *one, const void *other)
{
	const struct interface *a = one, *b = other;

	return a->index < b->index ? -1 : a->index > b->index;
}

static void add_address(const struct local_address *address, void *context)
{
	struct network *network = context;

	network->addresses =
		alloc_grow(network->addresses, network->address_count, sizeof(*network->addresses));
	network->addresses[network->address_count++] = *address;
}

void network_read(struct network *ret_network)
{
	struct network network = {0};
	int result = read_interfaces(&network);

	if (result == 0)
		result = local_addresses(add_address, &network);
	if (result < 0)
		die("cannot list the interfaces: %s", strerror(-result));
	if (network.interfaces)
		qsort(network.interfaces, network.interface_count, sizeof(*network.interfaces),
		      by_index);
	*ret_network = network;
}

void network_free(struct network *network)
{
	free_interfaces(network);
	free(network->addresses);
}

const struct interface *network_by_index(const struct network *network, unsigned int index)
{
	for (size_t i = 0; i < network->interface_count; i++)
		if (network->interfaces[i].index == index)
			return &network->interfaces[i];
	return NULL;
}

static bool has_alternative(const struct interface *interface, const char *name)
{
	for (size_t i = 0; i < interface->alternative_count; i++)
		if (strcmp(interface->alternatives[i], name) == 0)
			return true;
	return false;
}

const struct interface *network_interface(const struct network *network, const char *name)
{
	unsigned long index;

	for (size_t i = 0; i < network->interface_count; i++)
		if (strcmp(network->interfaces[i].name, name) == 0)
			return &network->interfaces[i];
	for (size_t i = 0; i < network->interface_count; i++)
		if (has_alternative(&network->interfaces[i], name))
			return &network->interfaces[i];
	if (number_parse(name, strlen(name), 1, INT32_MAX, &index) == 0)
		return network_by_index(network, (unsigned int)index);
	return NULL;
}

char *network_names(const struct network *network)
{
	char *names = NULL;

	for (size_t i = 0; i < network->interface_count; i++)
		alloc_append(&names, "%s%s", i ? ", " : "", network->interfaces[i].name);
	return names ? names : alloc_copy("");
}

char *network_addresses(const struct network *network, const struct interface *interface)
{
	char *list = NULL;
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < network->address_count; i++)
		if (network->addresses[i].ifindex == interface->index)
			alloc_append(&list, "%s%s", list ? ", " : "",
				     ip_format(&network->addresses[i].ip, text));
	return list ? list : alloc_copy("no address");
}

static int read_route_type(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);

	*(unsigned char *)context = route->rtm_type;
	return MNL_CB_STOP;
}

bool network_is_broadcast(const struct ip *ip)
{
	static const unsigned char everywhere[4] = {255, 255, 255, 255};
	union {
		struct nlmsghdr header;
		char bytes[64];
	} buffer;
	struct nlmsghdr *request = mnl_nlmsg_put_header(&buffer);
	unsigned char type = RTN_UNSPEC;

	if (memcmp(ip->bytes + 12, everywhere, 4) == 0)
		return true;
	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST;
	struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	route->rtm_family = AF_INET;
	route->rtm_dst_len = 32;
	mnl_attr_put(request, RTA_DST, 4, ip->bytes + 12);
	/* An address without a route (ENETUNREACH) is no broadcast address. */
	return ask(request, read_route_type, &type) == 0 && type == RTN_BROADCAST;
}
