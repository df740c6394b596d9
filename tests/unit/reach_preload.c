/* SPDX-License-Identifier: MIT */
/* Two engines: the library (call_*.c itself, without the hooks), and none at all. */
#include <errno.h>
#include <netinet/in.h>

#include "calls.h"
#include "check.h"
#include "model_real.h"
#include "reach.h"
#include "readable.h"
#include "say.h"

/* Every pointer of the program is valid, and nobody listens to events. */
bool is_readable(const void *address, size_t size)
{
	(void)address;
	(void)size;
	return true;
}

bool is_known_readable(const void *address, size_t size)
{
	(void)address;
	(void)size;
	return true;
}

size_t readable_part(const void *address, size_t size)
{
	(void)address;
	return size;
}

void say_call(const struct pin *pin, int fd, enum event_call call, const struct endpoint *peer,
	      enum event_end end)
{
	(void)pin;
	(void)fd;
	(void)call;
	(void)peer;
	(void)end;
}

int reach_type_of(enum model_kind kind)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM, SOCK_RAW};
	return types[kind];
}

int reach_protocol_of(int domain, enum model_kind kind)
{
	if (kind == MODEL_STREAM || kind == MODEL_DGRAM)
		return 0;
	return domain == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
}

/* A program gives a whole sockaddr_in with AF_UNSPEC. */
static socklen_t write_address(const struct step *step, struct sockaddr_storage *ret_address)
{
	struct endpoint at = step->at;
	if (at.family != AF_UNSPEC)
		return endpoint_write(&at, ret_address);
	at.family = AF_INET;
	socklen_t length = endpoint_write(&at, ret_address);
	ret_address->ss_family = AF_UNSPEC;
	return length;
}

static int result(long r)
{
	return r < 0 ? -errno : 0;
}

static ssize_t send_message(const struct pin *pin, const struct step *step,
			    const struct sockaddr_storage *address, socklen_t length, int flags)
{
	_Alignas(struct cmsghdr) unsigned char control[64];
	struct sockaddr_storage name = *address;
	struct msghdr message = {.msg_controllen = step_control(step, control, sizeof(control))};
	if (message.msg_controllen > 0)
		message.msg_control = control;
	if (step->has_peer) {
		message.msg_name = &name;
		message.msg_namelen = length;
	}
	return pin == NULL ? model_real_sendmsg(MODEL_FD, &message, flags)
			   : call_sendmsg(pin, MODEL_FD, &message, flags);
}

int reach_by_library(const struct pin *pin, const struct step *step)
{
	struct sockaddr_storage address;
	const struct sockaddr *at = (const struct sockaddr *)&address;
	socklen_t length = write_address(step, &address);
	switch (step->call) {
	case STEP_BIND:
		return result(call_bind(pin, MODEL_FD, at, length));
	case STEP_CONNECT:
		return result(call_connect(pin, MODEL_FD, at, length));
	case STEP_LISTEN:
		return result(call_listen(pin, MODEL_FD, 1));
	case STEP_SENDTO:
		return result(call_sendto(pin, MODEL_FD, "x", 1, 0, at, length));
	case STEP_SENDMSG:
		return result(send_message(pin, step, &address, length, 0));
	case STEP_FASTOPEN:
		return result(call_sendto(pin, MODEL_FD, "x", 1, MSG_FASTOPEN, at, length));
	case STEP_SETSOCKOPT:
		if (call_minds_setsockopt(pin, step->level, step->name))
			return result(call_setsockopt(pin, MODEL_FD, step->level, step->name,
						      step->value, step->length));
		break;
	case STEP_SEND:
	case STEP_SHUTDOWN:
		break;
	}
	return step_model(&model_current, step); /* no engine sees it */
}

int reach_open_by_library(const struct pin *pin, int domain, enum model_kind kind)
{
	return result(
		call_socket(pin, domain, reach_type_of(kind), reach_protocol_of(domain, kind)));
}

static int preload_open(const struct pin *pin, bool is_blind, int domain, enum model_kind kind)
{
	(void)is_blind;
	return reach_open_by_library(pin, domain, kind);
}

static int preload_step(const struct pin *pin, bool is_blind, const struct step *step)
{
	(void)is_blind;
	return reach_by_library(pin, step);
}

static int unpinned_open(const struct pin *pin, bool is_blind, int domain, enum model_kind kind)
{
	(void)pin;
	(void)is_blind;
	return result(
		model_real_socket(domain, reach_type_of(kind), reach_protocol_of(domain, kind)));
}

static int unpinned_step(const struct pin *pin, bool is_blind, const struct step *step)
{
	(void)pin;
	(void)is_blind;
	return step_model(&model_current, step);
}

const struct reach_engine REACH_PRELOAD = {
	.name = "preload", .open = preload_open, .step = preload_step};
const struct reach_engine REACH_UNPINNED = {
	.name = "unpinned", .open = unpinned_open, .step = unpinned_step};
