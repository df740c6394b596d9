/* SPDX-License-Identifier: MIT */
/*
 * The calls on a socket that get a verdict by name, so that the code that carries verdicts out can
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

/* The verdict on call. endpoint: what a bind asks for, or the peer; else it is not used. */
struct verdict pin_on_call(enum pin_call call, const struct pin *pin, const struct facts *facts,
			   const struct endpoint *endpoint);

/*
 * A stream that the library has made has IP_BIND_ADDRESS_NO_PORT on (birth.h). If the program
 * switches the option on as well, the stream is bound to this address of 127.0.0.0/8, from which
 * nothing leaves (fact 9). The program's later bind finds it there, and so knows of the program's
 * choice. Nothing else uses this address.
 */
extern const struct ip PORTLESS_ADDRESS;

/* Did the birth of this stream bind it, so that IP_BIND_ADDRESS_NO_PORT is not the program's? */
bool pin_took_no_port(const struct facts *facts);

#endif
