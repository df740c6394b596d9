/* SPDX-License-Identifier: MIT */
/* Looking at what the program passed without crashing where the call itself would say EFAULT. */
#ifndef BINDTO_READABLE_H
#define BINDTO_READABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Can size bytes at address be read? size is at most that of two pages. */
bool is_readable(const void *address, size_t size);

/* The same without a system call: false if that is not known yet, or for more than a page. */
bool is_known_readable(const void *address, size_t size);

#endif
