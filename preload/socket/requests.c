/* SPDX-License-Identifier: MIT */
/*
 * The requests about one interface name it, or give its index. The kernel answers SIOCGIFADDR with
 * the first address of the interface. If the pin is another one, the program is told that.
 */
#include "socket/requests.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>

#include "pin/exempt.h"
#include "socket/sys.h"

static const unsigned short REQUESTS[] = {
	SIOCGIFNAME,    SIOCGIFINDEX,   SIOCGIFFLAGS,  SIOCGIFADDR, SIOCGIFDSTADDR,
	SIOCGIFBRDADDR, SIOCGIFNETMASK, SIOCGIFHWADDR, SIOCGIFMTU,
};
enum { REQUEST_COUNT = sizeof(REQUESTS) / sizeof(REQUESTS[0]) };

unsigned int requests_at(size_t which)
{
	return which < REQUEST_COUNT ? REQUESTS[which] : 0;
}

bool requests_has(unsigned int request)
{
	size_t i = 0;
	while (i < REQUEST_COUNT && request != REQUESTS[i])
		i++;
	return i < REQUEST_COUNT || request == SIOCGIFCONF;
}

/* The kernel takes a label, as "wlan0:1", for the interface's name. */
static int index_of(int fd, const struct ifreq *about, unsigned int *ret_index)
{
	struct ifreq copy = *about;
	int r = sys_ioctl(fd, SIOCGIFINDEX, &copy);
	if (r == 0)
		*ret_index = (unsigned int)copy.ifr_ifindex;
	return r;
}

static bool read_ip(const struct sockaddr *address, struct ip *ret_ip)
{
	struct endpoint endpoint;
	if (endpoint_read(address, sizeof(*address), &endpoint) < 0)
		return false;
	*ret_ip = endpoint.ip;
	return true;
}

/* Puts the pinned address in place of one that the view hides. */
static int correct_address(const struct view *view, unsigned int ifindex, struct ifreq *about)
{
	const struct pin_source *source = &view->pin->v4;
	struct endpoint pinned = {.family = AF_INET, .ip = source->ip};
	struct sockaddr_storage address;
	struct ip ip;
	if (!read_ip(&about->ifr_addr, &ip) || view_has_address(view, ifindex, &ip))
		return 0;
	if (source->mode != PIN_ADDRESS)
		return -EADDRNOTAVAIL;
	(void)endpoint_write(&pinned, &address); /* it has the length of a struct sockaddr */
	memcpy(&about->ifr_addr, &address, sizeof(about->ifr_addr));
	return 0;
}

/* Unless the interface is a tunnel, the kernel says its own address as that of its peer. */
static bool is_own(const struct view *view, const struct ifreq *about)
{
	struct ip ip;
	return read_ip(&about->ifr_addr, &ip) && exempt_own(view->pin, &ip);
}

int requests_ask(const struct view *view, int fd, unsigned int request, struct ifreq *about)
{
	unsigned int ifindex = (unsigned int)about->ifr_ifindex;
	int r = request == SIOCGIFNAME ? 0 : index_of(fd, about, &ifindex);
	if (r < 0)
		return r;
	if (!view_has_interface(view, ifindex))
		return -ENODEV;
	r = sys_ioctl(fd, request, about);
	if (r < 0)
		return r;
	if (request == SIOCGIFADDR || (request == SIOCGIFDSTADDR && is_own(view, about)))
		return correct_address(view, ifindex, about);
	if (request == SIOCGIFHWADDR && view_is_tunnel(about->ifr_hwaddr.sa_family))
		memset(about->ifr_hwaddr.sa_data, 0, sizeof(about->ifr_hwaddr.sa_data));
	return 0;
}

static bool shows(const struct view *view, const struct ifreq *entry)
{
	struct ip ip;
	bool is_pinned = view->pin->ifindex != 0 && view_has_name(view, entry->ifr_name);
	return read_ip(&entry->ifr_addr, &ip) &&
	       view_has_address(view, is_pinned ? view->pin->ifindex : 0, &ip);
}

int requests_list(const struct view *view, int fd, struct ifreq list[REQUESTS_LIST_MAX])
{
	struct ifconf all = {.ifc_len = (int)(REQUESTS_LIST_MAX * sizeof(list[0])),
			     .ifc_req = list};
	int r = sys_ioctl(fd, SIOCGIFCONF, &all);
	if (r < 0)
		return r;
	size_t count = (size_t)all.ifc_len / sizeof(list[0]), shown = 0;
	if (count >= REQUESTS_LIST_MAX) /* there may be more */
		return -ENOBUFS;
	for (size_t i = 0; i < count; i++)
		if (shows(view, &list[i]))
			list[shown++] = list[i];
	return (int)shown;
}
