/* SPDX-License-Identifier: MIT */
/*
 * All that the supervisor keeps from one call to the next. supervisor.c has the only one of these,
 * and every call refers to it (struct call). Each part belongs to the file of its name: other files
 * use that file's functions.
 *
 * Two threads carry calls out: the one of answering.c, and the first one when a call that had to
 * wait goes on. The lock keeps them apart. A thread that reads or changes anything in here holds
 * it, except before answering_start(), and except for waiting_descriptor(), which never changes.
 *
 * What is not in here: how the program and bindto fare, which the first thread alone follows
 * (struct life in supervisor.c). Nothing else is kept in variables of static storage. There are no
 * signal handlers that would need one: signals are read from a signalfd(2).
 */
#ifndef BINDTO_SUPERVISOR_H
#define BINDTO_SUPERVISOR_H

#include <pthread.h>

#include "supervise/caller.h"
#include "supervise/dns.h"
#include "supervise/events.h"
#include "supervise/live_pin.h"
#include "supervise/message.h"
#include "supervise/relay.h"
#include "supervise/rights.h"
#include "supervise/sealing.h"
#include "supervise/waiting.h"

struct supervisor {
	pthread_mutex_t lock;
	int listener;                /* what the program's calls come by */
	struct live_pin pin;         /* the pin, with this host's addresses as they are now */
	struct callers callers;      /* how to look into callers, and whether they may have left */
	struct rights rights;        /* the supervisor's own ids and capabilities */
	struct sealing sealing;      /* what processes that nobody may look into may have */
	struct waiting_list waiting; /* calls that wait for their sockets */
	struct dns_queries dns;      /* which servers were asked, under --dns */
	struct events events;        /* where -v and --log write */
	struct relay relay;          /* the program's netlink sockets, under --view=pin */
	struct message_room room;    /* for the one message that is being sent or received */
};

#endif
