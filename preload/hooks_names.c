/* SPDX-License-Identifier: MIT */
/* Functions that neither make a socket nor start a program, but decide what those would reach. */
#include <dlfcn.h>
#include <netdb.h>

#include "call_names.h"
#include "config.h"
#include "real.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret_list)
{
	const struct pin *pin = config_pin();
	int r = real_getaddrinfo()(node, service, hints, ret_list);
	if (pin != NULL && r == 0)
		call_sort_names(pin, ret_list);
	return r;
}

/*
 * A library opened with RTLD_DEEPBIND (PHP's extensions) finds libc's functions before the hooks.
 * The last call is a jump: dlopen(3) looks at its return address to know whose RUNPATH to search.
 */
EXPORT void *dlopen(const char *file, int mode)
{
	if (config_pin() != NULL)
		mode &= ~RTLD_DEEPBIND;
	return real_dlopen()(file, mode);
}
