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

/* Of one family's addresses seen so far, the pinned one, or else the best one. */
struct candidate {
	struct ip pinned;
	bool is_any;
	struct local_address best;
};

struct candidates {
	unsigned int ifindex;
	uint32_t prefers; /* SETTING_PREFERS */
	struct candidate v4, v6;
};

static void choose(const struct local_address *address, void *context)
{
	struct candidates *choice = context;
	struct candidate *candidate = ip_is_v4(&address->ip) ? &choice->v4 : &choice->v6;
	bool is_pinned = ip_equal(&address->ip, &candidate->pinned);
	if (address->ifindex != choice->ifindex || !local_address_usable(address) ||
	    !setting_takes(choice->prefers, &address->ip, address->flags))
		return;
	bool is_kept = candidate->is_any && ip_equal(&candidate->best.ip, &candidate->pinned);
	if (candidate->is_any && !is_pinned &&
	    (is_kept || !local_address_better(address, &candidate->best)))
		return;
	candidate->is_any = true;
	candidate->best = *address;
}

/* In another network namespace, an interface of that name is another one: -ENODEV. */
static int find_index(const struct pin *pin, unsigned int *ret_index)
{
	struct ifreq request = {0};
	memcpy(request.ifr_name, pin->ifname, sizeof(request.ifr_name));
	int fd = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	bool is_elsewhere = pin->network != 0 && sys_network(fd) != pin->network;
	int r = is_elsewhere ? -ENODEV : sys_ioctl(fd, SIOCGIFINDEX, &request);
	sys_close(fd);
	if (r == 0)
		*ret_index = (unsigned int)request.ifr_ifindex;
	return r;
}

/*
 * The interface's pinned address stays the pin as long as the interface has it. A family that was
 * not pinned at the start stays so, because the user was told so then.
 */
static void follow(struct pin_source *source, const struct candidate *candidate)
{
	const struct local_address *address = &candidate->best;
	/* No link-local address replaces a wider one: the kernel would take another interface's. */
	bool narrows = ip_is_link_local(&address->ip) && !ip_is_link_local(&source->ip);
	if (source->mode != PIN_ADDRESS || !candidate->is_any || narrows)
		return;
	source->ip = address->ip;
	source->scope = ip_is_scoped(&address->ip) ? address->ifindex : 0;
}

int pin_refresh(const struct pin *pin, struct pin *ret_pin)
{
	struct pin fresh = *pin;
	struct candidates choice = {.v4.pinned = pin->v4.ip, .v6.pinned = pin->v6.ip};
	if (pin->ifindex == 0)
		return -ENOENT;
	int r = find_index(pin, &fresh.ifindex);
	if (r < 0)
		return r;
	choice.ifindex = fresh.ifindex;
	choice.prefers = pin->settings.values[SETTING_PREFERS];
	if (pin->follows)
		r = local_addresses(choose, &choice);
	if (r < 0)
		return r;
	follow(&fresh.v4, &choice.v4);
	follow(&fresh.v6, &choice.v6);
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
