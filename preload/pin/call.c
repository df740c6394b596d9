/* SPDX-License-Identifier: MIT */
/* Takes a call's name to its verdict. That on PIN_PORTLESS is here, as it fits no other file. */
#include "pin/call.h"

#include <netinet/in.h>
#include <sys/socket.h>

const struct ip PORTLESS_ADDRESS = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 'p', 'o', 'r'}};

bool pin_took_no_port(const struct facts *facts)
{
	const struct endpoint *local = &facts->local;
	return facts->type == SOCK_STREAM && local->port == 0 && !ip_is_wildcard(&local->ip) &&
	       !ip_equal(&local->ip, &PORTLESS_ADDRESS);
}

static struct verdict on_portless(const struct facts *facts)
{
	return (struct verdict){
		.rebind = pin_took_no_port(facts),
		.source = {.family = facts->domain, .ip = PORTLESS_ADDRESS},
	};
}

struct verdict pin_on_call(enum pin_call call, const struct pin *pin, const struct facts *facts,
			   const struct endpoint *endpoint)
{
	switch (call) {
	case PIN_BIND:
		return pin_on_bind(pin, facts, endpoint);
	case PIN_LISTEN:
		return pin_on_listen(pin, facts);
	case PIN_CONNECT:
		return pin_on_connect(pin, facts, endpoint);
	case PIN_SEND:
		return pin_on_send(pin, facts, endpoint);
	case PIN_PORTLESS:
		break;
	}
	return on_portless(facts);
}
