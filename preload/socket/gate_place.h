/* SPDX-License-Identifier: MIT */
/*
 * Says where the gate is (preload/gate.h): to the library, which maps it, and to the executable,
 * whose filter lets it pass. There is no C here, because gate.S includes this file, too.
 */
#ifndef BINDTO_GATE_PLACE_H
#define BINDTO_GATE_PLACE_H

/*
 * The gate's page, in 32-bit programs too. Nothing else lies there by default. Programs that are
 * not position-independent lie below it. Everything else lies far above it, or is mapped from the
 * top of the address space down.
 */
#define GATE_ADDRESS 0x6fff0000

/* The page begins with the instructions. The signature follows at this distance from its start. */
#define GATE_SIGNATURE_AT 16
#define GATE_SIGNATURE "bindto's gate 1"

/*
 * A question to the supervisor: is this call trapped? Library and executable ask it by a socket(2)
 * of AF_INET and this type, which does not exist. The supervisor answers EALREADY if its filter
 * lets the gate pass, and EINPROGRESS if it does not. If nobody traps the call, the kernel answers
 * EINVAL. (A sandbox that kills whoever calls socket(2) kills programs under the library anyway.)
 */
#define GATE_QUESTION 77

/*
 * The library adds this to its prctl(PR_SET_DUMPABLE, 0), as an argument that the kernel does not
 * look at. It tells the supervisor that the library has seen the call.
 */
#define GATE_HIDES 0x62696e64

#endif
