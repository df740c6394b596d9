/* SPDX-License-Identifier: MIT */
/*
 * Where the gate is (preload/gate.h), for the library, which maps it, and for the executable, whose
 * filter lets it through. No C here: gate.S includes this file as well.
 */
#ifndef BINDTO_GATE_PLACE_H
#define BINDTO_GATE_PLACE_H

/*
 * The gate's page, in 32-bit programs too. Nothing else is there by default: programs that are not
 * position-independent lie below it, and all else lies far above it or is mapped from the top down.
 */
#define GATE_ADDRESS 0x6fff0000

/* The page begins with the instructions; at this distance follows the signature. */
#define GATE_SIGNATURE_AT 16
#define GATE_SIGNATURE "bindto's gate 1"

/*
 * A question to the supervisor: is this call trapped? It is asked by a socket(2) of AF_INET and
 * this type, which does not exist. The supervisor answers EALREADY if its filter lets the gate
 * through, and EINPROGRESS if it does not. If nobody traps the call, the kernel answers EINVAL. (A
 * sandbox that kills whoever calls socket(2) kills programs under the library anyway.)
 */
#define GATE_QUESTION 77

/*
 * What the library adds to its prctl(PR_SET_DUMPABLE, 0), as an argument that the kernel does not
 * look at, so that the supervisor knows that the library has seen the call.
 */
#define GATE_HIDES 0x62696e64

#endif
