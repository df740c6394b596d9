/* SPDX-License-Identifier: MIT */
/*
 * The hooks of functions that neither make a socket nor start a program, but decide what sockets
 * reach or how they must be made.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "call_names.h"
#include "calls.h"
#include "config.h"
#include "hook.h"
#include "real.h"

EXPORT int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret_list)
{
	const struct pin *pin = config_pin();
	int r = real_getaddrinfo()(node, service, hints, ret_list);
	if (pin && r == 0)
		call_sort_names(pin, ret_list);
	return r;
}

/*
 * A library opened with RTLD_DEEPBIND, as PHP opens its extensions, would find libc's functions
 * before the hooks. The call at the end is compiled to a jump, and must be: dlopen(3) tells by its
 * return address whose RUNPATH to search.
 */
EXPORT void *dlopen(const char *file, int mode)
{
	if (config_pin())
		mode &= ~RTLD_DEEPBIND;
	return real_dlopen()(file, mode);
}

/* prctl(2) takes at most four arguments after its option, and libc passes four on. */
EXPORT int prctl(int option, ...)
{
	unsigned long arguments[4];
	va_list rest;
	va_start(rest, option);
	for (int i = 0; i < 4; i++)
		arguments[i] = va_arg(rest, unsigned long);
	va_end(rest);
	const struct pin *pin = config_pin();
	if (option == PR_SET_DUMPABLE && pin && pin->gated)
		return call_set_dumpable(arguments[0]);
	return real_prctl()(option, arguments[0], arguments[1], arguments[2], arguments[3]);
}
