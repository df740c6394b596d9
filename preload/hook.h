/* SPDX-License-Identifier: MIT */
/* A name that programs find in the library before libc's: see exports.map. */
#ifndef BINDTO_HOOK_H
#define BINDTO_HOOK_H

#define EXPORT __attribute__((visibility("default")))

#endif
