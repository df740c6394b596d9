/* SPDX-License-Identifier: MIT */
/*
 * The trapped calls: one supervise_*() function for each, which carries it out for the caller under
 * the pin. The decisions are made by pin_on_*() of preload/pin/, as in the library.
 */
#ifndef BINDTO_CALL_H
#define BINDTO_CALL_H

#include <sys/socket.h>

#include "pin/pin.h"
#include "pin/sockaddr.h"
#include "supervise/notify.h"
#include "supervise/outcome.h"

struct supervisor;

/* How far a call has come that had to wait (waiting.h). */
struct progress {
	bool has_begun;
	bool is_noisy;    /* its socket reports an error that does not end the wait (IP_RECVERR) */
	bool is_opened;   /* the connection is made, or under way */
	int64_t deadline; /* in ms of CLOCK_MONOTONIC; 0: the call waits for ever */
	size_t done;      /* bytes of a stream that were sent */
};

/* A trapped call, whichever ABI and number it came by. */
struct call {
	struct supervisor *supervisor;
	const struct notice *notice;
	bool is_32;
	uint64_t arguments[6];
	struct progress progress;
};

/* A copy of a socket address that the caller gave. */
struct caller_address {
	struct sockaddr_storage bytes;
	socklen_t length;
	int result; /* of endpoint_read(); endpoint is set if it is 0 */
	struct endpoint endpoint;
};

/* The supervisor's pin, with this host's addresses as the last call_fresh_pin() has found them. */
const struct pin *call_pin(const struct call *call);

/*
 * The same pin, after a look whether these addresses have changed (live_pin_refresh()). A copy of
 * the pin that was made before must not be used any more.
 */
const struct pin *call_fresh_pin(const struct call *call);

/*
 * Reads the facts of fd, a duplicate of the caller's descriptor. The outcome is open; or an error;
 * or OUTCOME_CONTINUE if fd is no IPv4 or IPv6 socket, so that the kernel says what is wrong.
 */
struct outcome call_facts(const struct call *call, int fd, struct facts *ret_facts);

/*
 * Duplicates the descriptor that is the first argument, refreshes the pin and reads the facts. The
 * outcome is that of call_facts(), or an error.
 */
struct outcome call_open(const struct call *call, int *ret_fd, struct facts *ret_facts);

/*
 * May an address of this length be one of IP? For callers whose memory the supervisor cannot read.
 * Programs give IP addresses with one of four lengths; AF_UNIX has any length up to 110.
 */
bool call_may_be_ip(socklen_t length);

/* Copies the address of length bytes. Returns 0 or -errno. */
int call_read_address(const struct call *call, uint64_t address, uint64_t length,
		      struct caller_address *ret_address);

/* The same for a datagram's peer (endpoint_read_peer()), unchecked as caller_glance() is. */
int call_glance_peer(const struct call *call, uint64_t address, uint64_t length,
		     struct caller_address *ret_address);

/* Does a call on fd wait if it has to? Not with MSG_DONTWAIT in flags, nor under O_NONBLOCK. */
bool call_may_wait(int fd, int flags);

struct outcome supervise_socket(const struct call *call);
struct outcome supervise_bind(const struct call *call);
struct outcome supervise_connect(const struct call *call);
struct outcome supervise_listen(const struct call *call);
struct outcome supervise_setsockopt(const struct call *call);
struct outcome supervise_sendto(const struct call *call);
struct outcome supervise_sendmsg(const struct call *call);
struct outcome supervise_sendmmsg(const struct call *call);
struct outcome supervise_recvfrom(const struct call *call);
struct outcome supervise_recvmsg(const struct call *call);
struct outcome supervise_recvmmsg(const struct call *call);
struct outcome supervise_ioctl(const struct call *call);
struct outcome supervise_open(const struct call *call);
struct outcome supervise_openat(const struct call *call);
struct outcome supervise_openat2(const struct call *call);
struct outcome supervise_namespaces(const struct call *call);
struct outcome supervise_clone3(const struct call *call);
struct outcome supervise_ids(const struct call *call);
struct outcome supervise_prctl(const struct call *call);

#endif
