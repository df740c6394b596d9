/* SPDX-License-Identifier: MIT */
/*
 * Names the calls on a socket that get a verdict, so that the code that carries verdicts out can
 * tell them apart.
 */
#ifndef BINDTO_PIN_CALL_H
#define BINDTO_PIN_CALL_H

#include "pin/pin.h"

enum pin_call {
	PIN_BIND,
	PIN_LISTEN,
	PIN_CONNECT,
	PIN_SEND,     /* a datagram */
	PIN_PORTLESS, /* the program switches IP_BIND_ADDRESS_NO_PORT on */
};

/*
 * Returns the verdict on call. endpoint: what a bind asks for, or the peer; others do not use it.
 */
struct verdict pin_on_call(enum pin_call call, const struct pin *pin, const struct facts *facts,
			   const struct endpoint *endpoint);

/*
 * The library makes a stream with IP_BIND_ADDRESS_NO_PORT on (birth.h). If the program switches the
 * option on as well, the stream is bound to this address of 127.0.0.0/8, from which nothing leaves
 * (fact 9). The program's later bind finds the stream there, and so knows that the program chose
 * the option. Nothing else uses this address.
 */
extern const struct ip PORTLESS_ADDRESS;

/* Did this stream's birth bind it without a port, so that the program has not chosen the option? */
bool pin_took_no_port(const struct facts *facts);

#endif
