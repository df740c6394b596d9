/* SPDX-License-Identifier: MIT */
/*
 * Shortens the lists that libc has made, in place. libc frees a list of getifaddrs(3) as one piece,
 * by its first entry: so entries that stay move to the front, and none is freed.
 */
#include "call_view.h"

#include <errno.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "calls.h"
#include "pin/view.h"
#include "readable.h"
#include "socket/refresh.h"
#include "socket/requests.h"

/* The view of the pin as it is now. fresh must live as long as the view. */
static struct view look(const struct pin *pin, struct pin *fresh)
{
	if (pin_refresh(pin, fresh) < 0)
		*fresh = *pin;
	return view_of(fresh);
}

static bool shows_link(const struct view *view, struct ifaddrs *entry)
{
	struct sockaddr_ll link;
	memcpy(&link, entry->ifa_addr, sizeof(link));
	if (!view_has_interface(view, (unsigned int)link.sll_ifindex))
		return false;
	if (view_is_tunnel(link.sll_hatype)) {
		memset(link.sll_addr, 0, sizeof(link.sll_addr));
		memcpy(entry->ifa_addr, &link, sizeof(link));
	}
	return true;
}

static bool shows(const struct view *view, struct ifaddrs *entry)
{
	const struct sockaddr *address = entry->ifa_addr;
	struct endpoint endpoint;
	bool is_pinned = view->pin->ifindex != 0 && view_has_name(view, entry->ifa_name);
	if (!address)
		return view_has_name(view, entry->ifa_name);
	if (address->sa_family == AF_PACKET)
		return shows_link(view, entry);
	socklen_t length = address->sa_family == AF_INET ? 16 : 28;
	return endpoint_read(address, length, &endpoint) == 0 &&
	       view_has_address(view, is_pinned ? view->pin->ifindex : 0, &endpoint.ip);
}

/* Copies all but the link to the next entry. */
static void move(struct ifaddrs *to, const struct ifaddrs *from)
{
	struct ifaddrs *next = to->ifa_next;
	*to = *from;
	to->ifa_next = next;
}

void call_view_addresses(const struct pin *pin, struct ifaddrs **list)
{
	struct pin fresh;
	struct view view = look(pin, &fresh);
	struct ifaddrs *to = *list, *last = NULL;
	for (struct ifaddrs *from = *list; from; from = from->ifa_next) {
		if (!shows(&view, from))
			continue;
		move(to, from);
		last = to;
		to = to->ifa_next;
	}
	if (last) {
		last->ifa_next = NULL;
	} else {
		freeifaddrs(*list);
		*list = NULL;
	}
}

/* if_freenameindex(3) frees each name up to the entry that has none. */
void call_view_names(const struct pin *pin, struct if_nameindex *list)
{
	struct pin fresh;
	struct view view = look(pin, &fresh);
	struct if_nameindex *to = list;
	for (struct if_nameindex *from = list; from->if_name; from++)
		if (view_has_interface(&view, from->if_index))
			*to++ = *from;
		else
			free(from->if_name);
	*to = (struct if_nameindex){0};
}

bool call_views_ioctl(const struct pin *pin, unsigned long request)
{
	return pin->views_alone && requests_has((unsigned int)request);
}

static int list_addresses(const struct view *view, int fd, struct ifconf *argument)
{
	struct ifreq all[REQUESTS_LIST_MAX];
	int count = requests_list(view, fd, all);
	if (count < 0)
		return count;
	if (argument->ifc_req) {
		size_t room = argument->ifc_len < 0 ? 0 : (size_t)argument->ifc_len;
		if ((size_t)count > room / sizeof(all[0]))
			count = (int)(room / sizeof(all[0]));
		memcpy(argument->ifc_req, all, (size_t)count * sizeof(all[0]));
	}
	argument->ifc_len = (int)((size_t)count * sizeof(all[0]));
	return 0;
}

int call_view_ioctl(const struct pin *pin, int fd, unsigned long request, void *argument)
{
	struct pin fresh;
	struct view view = look(pin, &fresh);
	struct ifreq about;
	bool is_list = request == SIOCGIFCONF;
	if (!is_readable(argument, is_list ? sizeof(struct ifconf) : sizeof(about)))
		return call_failed(-EFAULT);
	if (is_list) {
		int r = list_addresses(&view, fd, argument);
		return r < 0 ? call_failed(r) : 0;
	}
	memcpy(&about, argument, sizeof(about));
	int r = requests_ask(&view, fd, (unsigned int)request, &about);
	if (r < 0)
		return call_failed(r);
	memcpy(argument, &about, sizeof(about));
	return 0;
}
