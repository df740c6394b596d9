/* SPDX-License-Identifier: MIT */
/* The seccomp filter that hands a program's calls to the supervisor. */
#ifndef BINDTO_FILTER_H
#define BINDTO_FILTER_H

#include <linux/filter.h>

#include "pin/pin.h"

struct filter {
	struct sock_filter *code;
	unsigned short length; /* in instructions */
};

/* Builds the filter that traps what could matter to the pin. Ends bindto if it cannot. */
void filter_build(const struct pin *pin, struct filter *ret_filter);
void filter_free(struct filter *filter);

/*
 * Puts the filter on this process, for good. Sets no_new_privs if the kernel demands that. Returns
 * the listener's descriptor, or -errno: -EBUSY if the process has a listener already (fact 16),
 * -ENOSYS or -EINVAL if the kernel knows no user notification, -EACCES or -EPERM if it is not
 * permitted.
 */
int filter_install(const struct filter *filter);

/* Says why filter_install() or notify_open() failed, for a message after its colon. */
const char *filter_reason(int error);

#endif
