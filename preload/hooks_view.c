/* SPDX-License-Identifier: MIT */
/* The hooks of functions that tell of interfaces, for --view=pin. */
#include <ifaddrs.h>
#include <net/if.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include "call_view.h"
#include "config.h"
#include "hook.h"
#include "real.h"

EXPORT int getifaddrs(struct ifaddrs **ret_list)
{
	const struct pin *pin = config_pin();
	int r = real_getifaddrs()(ret_list);
	if (pin && r == 0 && pin->views_alone)
		call_view_addresses(pin, ret_list);
	return r;
}

EXPORT struct if_nameindex *if_nameindex(void)
{
	const struct pin *pin = config_pin();
	struct if_nameindex *list = real_if_nameindex()();
	if (pin && list && pin->views_alone)
		call_view_names(pin, list);
	return list;
}

/* ioctl(2) takes one argument after its request, if any, and libc passes one on. */
EXPORT int ioctl(int fd, unsigned long request, ...)
{
	va_list rest;
	va_start(rest, request);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	const struct pin *pin = config_pin();
	if (pin && call_views_ioctl(pin, request))
		return call_view_ioctl(pin, fd, request, argument);
	return real_ioctl()(fd, request, argument);
}
