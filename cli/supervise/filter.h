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

/* Builds the filter for what pin has to see; ends bindto if that is impossible. */
void filter_build(const struct pin *pin, struct filter *ret_filter);
void filter_free(struct filter *filter);

/*
 * Puts the filter on this process, for good. Sets no_new_privs if the process may not do
 * without. Returns the listener's descriptor, or -errno: -EBUSY if a listener is there already,
 * -ENOSYS or -EINVAL if the kernel knows no user notification, -EACCES, -EPERM if it is not
 * permitted.
 */
int filter_install(const struct filter *filter);

/* Why filter_install() or notify_open() failed, as a reason after a colon. */
const char *filter_reason(int error);

#endif
