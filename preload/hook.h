/* SPDX-License-Identifier: MIT */
/* EXPORT marks a function that programs find before libc's (exports.map). */
#ifndef BINDTO_HOOK_H
#define BINDTO_HOOK_H

#define EXPORT __attribute__((visibility("default")))

#endif
