/* SPDX-License-Identifier: MIT */
/*
 * Reads the interfaces with their alternative names (Linux 5.5) from rtnetlink(7), by libmnl. The
 * addresses come from preload/socket/local.c, because the library needs that code anyway.
 */
#include "network/links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/nearest.h"
#include "network/netlink.h"
#include "pin/exempt.h"
#include "pin/text.h"

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

static int read_vrf(const struct nlattr *attribute, void *context)
{
	struct interface *interface = context;

	if (mnl_attr_get_type(attribute) == IFLA_VRF_TABLE &&
	    mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
		interface->vrf_table = mnl_attr_get_u32(attribute);
	return MNL_CB_OK;
}

static bool is_vrf(const struct nlattr *kind)
{
	return mnl_attr_validate(kind, MNL_TYPE_NUL_STRING) == 0 &&
	       strcmp(mnl_attr_get_str(kind), "vrf") == 0;
}

static int read_kind(const struct nlattr *attribute, void *context)
{
	struct interface *interface = context;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_INFO_KIND:
		if (!interface->driver && mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
			interface->driver = alloc_copy(mnl_attr_get_str(attribute));
		interface->in_vrf |= is_vrf(attribute);
		return MNL_CB_OK;
	case IFLA_INFO_SLAVE_KIND: /* of what it belongs to */
		interface->in_vrf |= is_vrf(attribute);
		return MNL_CB_OK;
	case IFLA_INFO_DATA: /* behind the kind */
		if (interface->driver && strcmp(interface->driver, "vrf") == 0)
			return mnl_attr_parse_nested(attribute, read_vrf, interface);
		return MNL_CB_OK;
	default:
		return MNL_CB_OK;
	}
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
	case IFLA_LINKINFO:
		return mnl_attr_parse_nested(attribute, read_kind, interface);
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
		.type = info->ifi_type,
	};
	return mnl_attr_parse(message, sizeof(*info), read_attribute, interface);
}

static void free_interfaces(void *context)
{
	struct network *network = context;

	for (size_t i = 0; i < network->interface_count; i++) {
		for (size_t j = 0; j < network->interfaces[i].alternative_count; j++)
			free(network->interfaces[i].alternatives[j]);
		free(network->interfaces[i].alternatives);
		free(network->interfaces[i].driver);
	}
	free(network->interfaces);
	network->interfaces = NULL;
	network->interface_count = 0;
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
	int result = netlink_dump(RTM_GETLINK, sizeof(struct ifinfomsg), free_interfaces,
				  add_interface, &network);

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

const char *network_nearest(const struct network *network, const char *name)
{
	struct nearest nearest = nearest_to(name);

	for (size_t i = 0; i < network->interface_count; i++) {
		const struct interface *interface = &network->interfaces[i];

		nearest_try(&nearest, interface->name);
		for (size_t j = 0; j < interface->alternative_count; j++)
			nearest_try(&nearest, interface->alternatives[j]);
	}
	return nearest.best;
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

char *network_addresses_in(const struct network *network, const struct interface *interface,
			   const struct prefix *prefix)
{
	char *list = NULL;
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < network->address_count; i++) {
		const struct local_address *address = &network->addresses[i];

		if ((!interface || address->ifindex == interface->index) &&
		    exempt_holds(prefix, &address->ip) && local_address_usable(address))
			alloc_append(&list, "%s%s", list ? ", " : "",
				     ip_format(&address->ip, text));
	}
	return list;
}
