/* SPDX-License-Identifier: MIT */
/*
 * Asks for the verdict on a call and carries it out on a descriptor, by direct system calls. So it
 * does the same in the library, where libc's names are hooked, and in the supervisor. All functions
 * that return int return -errno if they fail.
 *
 * The invariant (FACTS.md): after each of these calls, whether it succeeded or failed at any step,
 * whatever the program does next without being seen leaves by the pin or fails.
 */
#ifndef BINDTO_APPLY_H
#define BINDTO_APPLY_H

#include "pin/call.h"
#include "pin/option.h"

/*
 * Judges a call that names endpoint, and does to fd what the verdict asks for. For PIN_CONNECT and
 * PIN_SEND the caller then makes the call itself. For PIN_BIND this was the whole call, and for
 * PIN_LISTEN all but the listen(2). Returns 1; or 0 if fd is no IPv4 or IPv6 socket, and then the
 * real call tells what is wrong. If ret_verdict is not NULL, it gets the verdict.
 */
int apply_judgement(int fd, const struct pin *pin, enum pin_call call,
		    const struct endpoint *endpoint, struct verdict *ret_verdict);

/*
 * Makes a connect(2) to AF_UNSPEC and holds the socket again, because that call lets a datagram
 * socket go of its device. Returns 1 if that was the whole call; 0 if fd is a stream or no IPv4 or
 * IPv6 socket, and the caller must make the real call; -EAFNOSUPPORT for an IPv6 stream that has
 * had an IPv4 peer (fact 26).
 */
int apply_disconnect(int fd, const struct pin *pin);

/*
 * Carries out a verdict that is not a bind's, on a socket with these facts. Tries only once: looks
 * nothing up anew, and undoes nothing if a step fails.
 */
int apply_carry_out(int fd, const struct pin *pin, const struct facts *facts,
		    const struct verdict *verdict);

/* Is r the error of an address or an interface that is gone? Then pin_refresh() may help. */
bool apply_is_stale(int r);

/* Does what apply_judgement() does, for a socket whose facts the caller has read. Returns 0. */
int apply_verdict(int fd, const struct pin *pin, const struct facts *facts, enum pin_call call,
		  const struct endpoint *endpoint, struct verdict *ret_verdict);

/*
 * Does the same with fewer facts, for the call that a supervisor sees most under an interface: a
 * new stream connects to a remote peer. Returns false if it is another call, or if fd could not be
 * prepared. The caller must then use apply_verdict().
 */
bool apply_connect_by_local(int fd, const struct pin *pin, const struct endpoint *peer);

/*
 * For a message that names no peer, sets *ret_reach to where the peer of fd is. That matters only
 * if the message's control messages name a source or a device; if they do not, *ret_reach is
 * REACH_REMOTE. Returns 0.
 */
int apply_reach(int fd, const struct pin *pin, const struct msghdr *message, enum reach *ret_reach);

/*
 * Prepares fd for setsockopt(2), by the verdict of pin_on_option(). Returns 0 if the caller must
 * set the option, to *value of *length bytes, which are the verdict's if that has a value. Returns
 * 1 if nothing is left to do.
 */
int apply_option(int fd, const struct pin *pin, const struct option_verdict *verdict,
		 const void **value, socklen_t *length);

#endif
