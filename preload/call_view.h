/* SPDX-License-Identifier: MIT */
/*
 * What tells of interfaces, under --view=pin if the library is alone. (If not, the supervisor sees
 * to it, and the library leaves these calls as they are.) Parameters and results are those of the calls.
 */
#ifndef BINDTO_CALL_VIEW_H
#define BINDTO_CALL_VIEW_H

#include <ifaddrs.h>
#include <net/if.h>

#include "pin/pin.h"

/* Drops what the pin's view hides from a list of getifaddrs(3). */
void call_view_addresses(const struct pin *pin, struct ifaddrs **list);

/* The same for a list of if_nameindex(3). */
void call_view_names(const struct pin *pin, struct if_nameindex *list);

/* Does ioctl(2) with this request need call_view_ioctl()? */
bool call_views_ioctl(const struct pin *pin, unsigned long request);
int call_view_ioctl(const struct pin *pin, int fd, unsigned long request, void *argument);

#endif
