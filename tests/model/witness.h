/* SPDX-License-Identifier: MIT */
/* Sees what leaves the client, from the router's ends of both uplinks. */
#ifndef MODEL_WITNESS_H
#define MODEL_WITNESS_H

#include "kernel.h"

enum witness_wants {
	WITNESS_TAGGED, /* datagrams that carry the tag */
	WITNESS_SYN,    /* the first segments of connections */
	WITNESS_DATA,   /* segments with data */
};

enum { WITNESS_TAG_SIZE = 12 };

/* Call it in the router's network namespace, with rights there. Returns 0 or -1 with errno. */
int witness_open(void);
/* Call it in the client's, with rights there: makes two sockets for tokens. */
int witness_open_tokens(void);

/*
 * Waits until everything that was sent before has come, and writes the wanted packets to packets,
 * which has room for MODEL_PACKETS_MAX. Returns how many, or -1 if tokens were lost.
 */
int witness_look(enum witness_wants wants, const char *tag, struct model_packet *packets);

#endif
