/* SPDX-License-Identifier: MIT */
/*
 * A verdict carried out on a descriptor, by direct system calls, so that it does the same in the
 * library (where libc's names are hooked) and elsewhere. All return -errno if they fail.
 *
 * The invariant: after each of these calls, whether it succeeded or failed at any step, whatever
 * the program does next without being seen leaves by the pin or fails. See FACTS.md.
 */
#ifndef BINDTO_APPLY_H
#define BINDTO_APPLY_H

#include "pin/call.h"
#include "pin/option.h"

/*
 * Judges a call with this endpoint on fd and prepares fd for it (PIN_CONNECT,
 * PIN_SEND), or carries it out whole (PIN_BIND; PIN_LISTEN: all but the listen).
 * Returns 1, or 0 if fd is no IPv4 or IPv6 socket: the call itself says what is wrong then.
 * ret_verdict, if not NULL, gets the verdict.
 */
int apply_judgement(int fd, const struct pin *pin, enum pin_call call,
		    const struct endpoint *endpoint, struct verdict *ret_verdict);

/*
 * Carries out connect(2) to AF_UNSPEC whole, which would let a datagram socket go of its device.
 * Returns as apply_judgement(); a stream is the kernel's to disconnect (0).
 */
int apply_disconnect(int fd, const struct pin *pin);

/*
 * Carries out what is not a bind's, on a socket of these facts, once: nothing is looked up anew,
 * and nothing undone if it fails.
 */
int apply_carry_out(int fd, const struct pin *pin, const struct facts *facts,
		    const struct verdict *verdict);

/* Does an address or an interface that is gone give this? Then pin_refresh() may help. */
bool apply_is_stale(int r);

/* As apply_judgement(), on a socket whose facts were read already. Returns 0. */
int apply_verdict(int fd, const struct pin *pin, const struct facts *facts, enum pin_call call,
		  const struct endpoint *endpoint, struct verdict *ret_verdict);

/*
 * The same for what a supervisor sees most of under an interface, with fewer facts: a connect of a
 * stream that was just made to a remote peer. False if that is not so, or fd could not be prepared:
 * apply_verdict() is to see it.
 */
bool apply_connect_by_local(int fd, const struct pin *pin, const struct endpoint *peer);

/*
 * Where a message that names no peer goes: to what fd is connected to, should its control messages
 * name a source or a device (else that does not matter, and it is REACH_REMOTE).
 */
int apply_reach(int fd, const struct pin *pin, const struct msghdr *message, enum reach *ret_reach);

/*
 * Prepares fd for setsockopt(2), by pin_on_option()'s verdict. Returns 0 if the option is to be
 * set, to *value, which becomes the verdict's if that has one; 1 if nothing is left to do; or
 * -errno.
 */
int apply_option(int fd, const struct pin *pin, const struct option_verdict *verdict,
		 const void **value, socklen_t *length);

#endif
