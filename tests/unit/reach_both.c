/* SPDX-License-Identifier: MIT */
/*
 * The default engine: a program makes each call by libc's function, which the library sees, or by
 * number, which the supervisor sees as long as it may inspect the process.
 */
#include "check.h"
#include "model_real.h"
#include "reach.h"
#include "socket/birth.h"
#include "socket/sys.h"

/* The library's copy of the pin. */
static struct pin of_library(const struct pin *pin, bool is_blind)
{
	struct pin copy = *pin;
	copy.gated = true;
	copy.leaves_v6only = true;
	copy.carried.looks = is_blind ? LOOK_NEVER : LOOK_UNTIL_FORBIDDEN;
	return copy;
}

static struct pin of_supervisor(const struct pin *pin)
{
	struct pin copy = *pin;
	copy.gated = true;
	return copy;
}

static int both_open(const struct pin *pin, bool is_blind, int domain, enum model_kind kind)
{
	struct pin own = of_library(pin, is_blind);
	return reach_open_by_library(&own, domain, kind);
}

static int both_open_by_number(const struct pin *pin, bool is_blind, int domain,
			       enum model_kind kind)
{
	struct pin own = of_supervisor(pin);
	return reach_open_by_supervisor(&own, is_blind, domain, kind);
}

/* A plain datagram's way through call_sendto(), as long as the library judges none of them. */
static int send_plainly(const struct pin *pin, const struct step *step)
{
	struct sockaddr_storage address;
	struct endpoint at = step->at;
	if (at.family == AF_UNSPEC)
		return reach_by_library(pin, step);
	socklen_t length = endpoint_write(&at, &address);
	struct msghdr message = {.msg_name = &address, .msg_namelen = length};
	if (!pin_send_needs_no_facts(pin, &address, length))
		return reach_by_library(pin, step);
	ssize_t sent = model_real_sendmsg(MODEL_FD, &message, 0);
	return sent < 0 ? reach_by_library(pin, step) : 0;
}

static int both_step(const struct pin *pin, bool is_blind, const struct step *step)
{
	struct pin own = step->way == WAY_NUMBER ? of_supervisor(pin) : of_library(pin, is_blind);
	switch (step->way) {
	case WAY_LIBC:
		return reach_by_library(&own, step);
	case WAY_NUMBER:
		return reach_by_supervisor(&own, is_blind, step);
	case WAY_PLAIN:
		return send_plainly(&own, step);
	}
	return 0;
}

/* hide() of sealing.c */
static int both_seal(const struct pin *pin)
{
	struct pin own = of_supervisor(pin);
	return birth_hide(MODEL_FD, &own);
}

const struct reach_engine REACH_BOTH = {.name = "both",
					.is_supervised = true,
					.open = both_open,
					.step = both_step,
					.seal = both_seal,
					.is_mixed = true,
					.open_by_number = both_open_by_number};
