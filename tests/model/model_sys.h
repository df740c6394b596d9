/* SPDX-License-Identifier: MIT */
/*
 * Puts the model in the kernel's place: sys.c and real.c have the functions of preload/socket/sys.h
 * and preload/real.h, so that the code of preload/ runs on a model socket as it is. Any call can be
 * made to fail.
 */
#ifndef MODEL_SYS_H
#define MODEL_SYS_H

#include "kernel.h"

enum { MODEL_FD = 3 };

/* The kind of a call, which decides what errors it may have. */
enum model_call {
	MODEL_CALL_BIND,
	MODEL_CALL_CONNECT,
	MODEL_CALL_SEND,
	MODEL_CALL_SOCKET,
	MODEL_CALL_SET,
	MODEL_CALL_GET,
	MODEL_CALL_OTHER, /* netlink and others, on no socket of the program's */
};

enum { MODEL_CALLS_MAX = 256 };

/* The socket behind MODEL_FD, and whether it exists (socket(2) may fail or be undone). */
extern struct model_socket model_current;
extern bool model_is_open;

/* The calls since model_sys_begin(). */
extern enum model_call model_calls[MODEL_CALLS_MAX];
extern unsigned int model_call_count;

/* No failure: at is UINT32_MAX. From at on, or only there, calls fail with error. */
struct model_failure {
	uint32_t at;
	int error; /* positive */
	bool goes_on;
};

void model_sys_begin(const struct model_failure *failure);

#endif
