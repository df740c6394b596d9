/* SPDX-License-Identifier: MIT */
/*
 * What the bench measures: an operation on sockets towards one peer, done over and over. With an
 * own address, the operation binds as a program does that pins itself: no pin can cost less.
 */
#ifndef BINDTO_BENCH_LOOP_H
#define BINDTO_BENCH_LOOP_H

#include <stdbool.h>
#include <sys/socket.h>

struct address {
	struct sockaddr_storage bytes;
	socklen_t length;
};

struct job {
	struct address peer;
	struct address own; /* length 0: the operation does not bind itself */
	const char *device; /* that it binds to as well, or NULL */
	int kept;           /* the datagram socket that is used all the time */
};

struct operation {
	const char *name;
	bool keeps_socket; /* a datagram socket, made and bound before the time is taken */
	int (*once)(const struct job *job);
};

/* Reads an address and a port; exits with 2 if the text is none. */
struct address address_parse(const char *text, const char *port);

/* NULL if there is no such operation. */
const struct operation *operation_find(const char *name);

/* Makes a socket to job's peer, bound if job says so. Returns it or -1. */
int job_socket(const struct job *job, int type);

/* Does the operation count times; at the first failure, reports it and exits with 1. */
void job_repeat(const struct operation *operation, const struct job *job, long count);

/*
 * `workers` processes or threads at once do the operation count times. They exist before the time
 * is taken and between two rounds.
 */
void crowd_start(const struct operation *operation, const struct job *job, long workers,
		 bool threads);
void crowd_repeat(long workers, long count);

#endif
