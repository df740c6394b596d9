/* SPDX-License-Identifier: MIT */
/* One message of a caller's, sent by the supervisor under the pin. */
#ifndef BINDTO_SENDING_H
#define BINDTO_SENDING_H

#include "supervise/message.h"

/* What is sent, and on what. room->view says where the message is in the caller's memory. */
struct sending {
	const struct call *call;
	struct message_room *room;
	int fd; /* a duplicate of the caller's descriptor */
	int flags;
	struct facts facts;
	struct caller_address peer; /* length 0: the message names none */
	struct msghdr asked;        /* the copy of the caller's message */
	struct msghdr message;      /* what is sent for it */
	bool is_refused;            /* the pin, not the kernel's send, has failed the message */
};

/* Sends the datagram of room->view. Returns its size, or -errno: -EAGAIN if it would wait. */
ssize_t sending_datagram(struct sending *sending);

/* What becomes of a call after sending_datagram() returned sent. */
struct outcome sending_outcome(struct sending *sending, ssize_t sent);

/*
 * Sends the data of room->view on a stream that the first of it opens (MSG_FASTOPEN): all of it if
 * the socket waits, as the kernel does.
 */
struct outcome sending_stream(struct sending *sending);

#endif
