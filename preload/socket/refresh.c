/* SPDX-License-Identifier: MIT */
/*
 * Looks up the pinned interface once more, after the kernel has refused its address or index. A
 * lease may have been renewed, a temporary address may have expired, or a tunnel been made anew
 * under its old name.
 */
#include "socket/refresh.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "socket/local.h"
#include "socket/sys.h"

/* Of the addresses seen so far, the best one of each family. */
struct candidates {
	unsigned int ifindex;
	uint32_t prefers; /* SETTING_PREFERS */
	bool has_v4, has_v6;
	struct local_address v4, v6;
};

static void choose(const struct local_address *address, void *context)
{
	struct candidates *choice = context;
	bool is_v4 = ip_is_v4(&address->ip);
	bool *has = is_v4 ? &choice->has_v4 : &choice->has_v6;
	struct local_address *best = is_v4 ? &choice->v4 : &choice->v6;
	if (address->ifindex != choice->ifindex || !local_address_usable(address) ||
	    !setting_takes(choice->prefers, &address->ip, address->flags))
		return;
	if (*has && !local_address_better(address, best))
		return;
	*has = true;
	*best = *address;
}

static int find_index(const char *name, unsigned int *ret_index)
{
	struct ifreq request = {0};
	memcpy(request.ifr_name, name, sizeof(request.ifr_name));
	int fd = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	int r = sys_ioctl(fd, SIOCGIFINDEX, &request);
	sys_close(fd);
	if (r == 0)
		*ret_index = (unsigned int)request.ifr_ifindex;
	return r;
}

/* A family that was not pinned at the start stays so, because the user was told so then. */
static void follow(struct pin_source *source, bool has, const struct local_address *address)
{
	/* No link-local address replaces a wider one: the kernel would take another interface's. */
	bool narrows = ip_is_link_local(&address->ip) && !ip_is_link_local(&source->ip);
	if (source->mode != PIN_ADDRESS || !has || narrows)
		return;
	source->ip = address->ip;
	source->scope = ip_is_scoped(&address->ip) ? address->ifindex : 0;
}

int pin_refresh(const struct pin *pin, struct pin *ret_pin)
{
	struct pin fresh = *pin;
	struct candidates choice = {0};
	if (pin->ifindex == 0)
		return -ENOENT;
	int r = find_index(pin->ifname, &fresh.ifindex);
	if (r < 0)
		return r;
	choice.ifindex = fresh.ifindex;
	choice.prefers = pin->settings.values[SETTING_PREFERS];
	if (pin->follows)
		r = local_addresses(choose, &choice);
	if (r < 0)
		return r;
	follow(&fresh.v4, choice.has_v4, &choice.v4);
	follow(&fresh.v6, choice.has_v6, &choice.v6);
	if (fresh.ifindex == pin->ifindex && ip_equal(&fresh.v4.ip, &pin->v4.ip) &&
	    ip_equal(&fresh.v6.ip, &pin->v6.ip))
		return -ENOENT;
	fresh.is_refreshed = true;
	*ret_pin = fresh;
	return 0;
}

bool pin_has_changed(const struct pin *pin, const struct endpoint *peer, int r, struct pin *ret_pin)
{
	bool has_address = !peer || pin_source_for(pin, &peer->ip)->mode == PIN_ADDRESS;
	bool may_have = r == -EINVAL || r == -EAFNOSUPPORT || r == -ENETUNREACH ||
			r == -EADDRNOTAVAIL || r == -ENODEV;
	return may_have && has_address && pin->follows && pin_refresh(pin, ret_pin) == 0;
}
