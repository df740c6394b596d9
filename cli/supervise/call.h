/* SPDX-License-Identifier: MIT */
/*
 * The trapped calls, each carried out for its caller under the pin. All decisions are pin_on_*()'s
 * of preload/pin/, as in the library.
 */
#ifndef BINDTO_CALL_H
#define BINDTO_CALL_H

#include <sys/socket.h>

#include "pin/pin.h"
#include "pin/sockaddr.h"
#include "supervise/notify.h"

/* How far a call has come that had to wait (waiting.h). */
struct progress {
	bool has_begun;
	bool is_noisy;    /* its socket reports an error that does not end the wait (IP_RECVERR) */
	bool is_opened;   /* the connection is made, or under way */
	int64_t deadline; /* of CLOCK_MONOTONIC in ms; 0: none */
	size_t done;      /* bytes of a stream that are sent */
};

/* A trapped call, whichever ABI and number it came by. */
struct call {
	const struct notice *notice;
	bool is_32;
	uint64_t arguments[6];
	struct progress progress;
};

/* The answer to a call. is_answered: it has been given already, or will be (waiting.h). */
struct answer {
	bool is_answered;
	int error; /* 0, -errno or NOTIFY_CONTINUE */
	int64_t value;
};

/* A socket address as the caller had it, copied. */
struct caller_address {
	struct sockaddr_storage bytes;
	socklen_t length;
	int result; /* of endpoint_read(): endpoint is set if it is 0 */
	struct endpoint endpoint;
};

struct answer answer_error(int error);

/*
 * What the duplicate of a caller's descriptor is. Returns 0, -errno, or NOTIFY_CONTINUE for what is
 * no IPv4 or IPv6 socket: the kernel is to say what comes of that.
 */
int supervise_facts(const struct pin *pin, int fd, struct facts *ret_facts);

/* A duplicate of the descriptor that is the first argument, and what it is; returns the same. */
int supervise_open(const struct pin *pin, const struct call *call, int *ret_fd,
		   struct facts *ret_facts);

/*
 * May an address of this length, which is all that is seen of it, be one of IP? Programs give those
 * with one of four lengths; AF_UNIX has any up to 110.
 */
bool supervise_may_be_ip(socklen_t length);

int supervise_read_address(const struct call *call, uint64_t address, uint64_t length,
			   struct caller_address *ret_address);
/* The same of a datagram's peer (endpoint_read_peer()), unchecked (caller_glance()). */
int supervise_glance_peer(const struct call *call, uint64_t address, uint64_t length,
			  struct caller_address *ret_address);

struct answer supervise_socket(const struct pin *pin, const struct call *call);
struct answer supervise_bind(const struct pin *pin, const struct call *call);
struct answer supervise_connect(const struct pin *pin, const struct call *call);
struct answer supervise_listen(const struct pin *pin, const struct call *call);
struct answer supervise_setsockopt(const struct pin *pin, const struct call *call);
struct answer supervise_sendto(const struct pin *pin, const struct call *call);
struct answer supervise_sendmsg(const struct pin *pin, const struct call *call);
struct answer supervise_sendmmsg(const struct pin *pin, const struct call *call);
struct answer supervise_recvfrom(const struct pin *pin, const struct call *call);
struct answer supervise_recvmsg(const struct pin *pin, const struct call *call);
struct answer supervise_recvmmsg(const struct pin *pin, const struct call *call);
struct answer supervise_namespaces(const struct pin *pin, const struct call *call);
struct answer supervise_clone3(const struct pin *pin, const struct call *call);
struct answer supervise_ids(const struct pin *pin, const struct call *call);
struct answer supervise_prctl(const struct pin *pin, const struct call *call);

#endif
