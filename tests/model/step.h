/* SPDX-License-Identifier: MIT */
/* One call of a program on its socket; the model, the kernel and the engines carry it out. */
#ifndef MODEL_STEP_H
#define MODEL_STEP_H

#include <stdio.h>

#include "kernel.h"

enum step_call {
	STEP_BIND,
	STEP_CONNECT, /* family AF_UNSPEC: disconnect */
	STEP_LISTEN,
	STEP_SENDTO,
	STEP_SENDMSG,
	STEP_SEND,
	STEP_FASTOPEN, /* sendmsg(2) with MSG_FASTOPEN */
	STEP_SETSOCKOPT,
	STEP_SHUTDOWN,
};

enum { STEP_VALUE_SIZE = 40 };

/* Who sees a call under an engine of library and supervisor together. */
enum step_way {
	WAY_LIBC,   /* the library: the program calls libc's function */
	WAY_NUMBER, /* the supervisor: the program makes the system call itself */
	WAY_PLAIN,  /* the library, if it has moved no socket yet: see has_open in call_send.c */
};

struct step {
	enum step_call call;
	enum step_way way;
	bool has_peer; /* of STEP_SENDMSG */
	struct endpoint at;
	bool has_control;
	struct model_control control;
	int level, name;
	socklen_t length;
	_Alignas(8) unsigned char value[STEP_VALUE_SIZE];
};

struct step step_at(enum step_call call, int family, const char *text, uint16_t port,
		    uint32_t scope);
struct step step_number(int level, int name, int value);
/* A routing header with one hop; NULL takes it away. */
struct step step_hop(const char *hop);
/* IP_MULTICAST_IF by index or by address, IPV6_PKTINFO for good. */
struct step step_group_v4(int index, const char *source);
struct step step_sticky(unsigned int index);
void step_add_control(struct step *step, bool is_v4, unsigned int device, const char *source);

/* Writes the control messages of step to buffer, which is aligned; returns their length. */
size_t step_control(const struct step *step, unsigned char *buffer, size_t size);

/* Carries a step out on a model socket, as the kernel does. */
int step_model(struct model_socket *socket, const struct step *step);

/* In the notation of the tests: `b 0.0.0.0 5555`, `st 127.0.0.1 9`. */
void step_print(FILE *file, const struct step *step);

#endif
