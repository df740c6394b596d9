/* SPDX-License-Identifier: MIT */
/*
 * The supervisor under --strict: does with a call what cli/supervise/ does, without the process
 * that makes it. Each function names the one that it imitates; both decide and act by the same
 * functions of preload/. GO_ON stands for OUTCOME_CONTINUE: the kernel carries the call out.
 */
#include <errno.h>
#include <netinet/in.h>

#include "check.h"
#include "model_real.h"
#include "pin/control.h"
#include "pin/option.h"
#include "reach.h"
#include "socket/apply.h"
#include "socket/birth.h"
#include "socket/facts.h"
#include "socket/pool.h"
#include "socket/sys.h"

enum { GO_ON = 1, DONE = 2 };

/* call_facts() */
static int read_facts(const struct pin *pin, struct facts *ret_facts)
{
	int r = birth_facts(MODEL_FD, pin, ret_facts);
	return facts_is_foreign(r) ? GO_ON : r;
}

bool reach_is_open;

/* sealing_unseen() and sealing_lets_connect(), for a caller that forbids inspection */
static int unseen(const struct pin *pin)
{
	return pin_can_seal(pin) && !reach_is_open ? GO_ON : -EPERM;
}

/* lets_send() of call_message.c and sealing_lets_message() */
static int unseen_send(const struct pin *pin, const struct step *step)
{
	bool is_message = step->call == STEP_SENDMSG;
	bool is_datagram = model_current.kind != MODEL_STREAM;
	if (step->call == STEP_FASTOPEN && unseen(pin) != GO_ON)
		return -EPERM;
	bool may_be_loopback = !is_message && pin->ifindex != 0;
	bool lets = pin_can_send_unseen(pin) && !reach_is_open && !may_be_loopback;
	return lets && !(is_message && is_datagram) ? GO_ON : -EPERM;
}

static int call(int r)
{
	return r < 0 ? -errno : 0;
}

/* supervise_bind() and bind_pinned() of call_address.c; a blind one's unseen_bind() */
static int do_bind(const struct pin *pin, const struct step *step)
{
	struct sockaddr_storage address;
	struct endpoint endpoint;
	struct facts facts;
	socklen_t length = endpoint_write(&step->at, &address);
	int r = read_facts(pin, &facts);
	if (r != 0)
		return r;
	if (endpoint_read_bind(&address, length, &endpoint) < 0)
		return call(model_real_bind(MODEL_FD, &address, length));
	return apply_verdict(MODEL_FD, pin, &facts, PIN_BIND, &endpoint, NULL);
}

/* supervise_listen() */
static int do_listen(const struct pin *pin)
{
	struct facts facts;
	struct verdict verdict;
	int r = read_facts(pin, &facts);
	if (r == 0)
		r = apply_verdict(MODEL_FD, pin, &facts, PIN_LISTEN, NULL, &verdict);
	return r != 0 ? r : call(model_real_listen(MODEL_FD));
}

/* prepare() and disconnect() of call_connect.c */
static int prepare_connect(const struct pin *pin, const struct step *step)
{
	struct facts facts;
	struct pin chosen;
	bool has_peer = step->at.family != AF_UNSPEC;
	int r = pool_for(MODEL_FD, &pin, NULL, PIN_CONNECT, has_peer ? &step->at : NULL, &chosen);
	if (r < 0)
		return r;
	if (has_peer) {
		if (apply_connect_by_local(MODEL_FD, pin, &step->at))
			return 0;
		r = apply_judgement(MODEL_FD, pin, PIN_CONNECT, &step->at, NULL);
		return r == 0 ? GO_ON : (r < 0 ? r : 0);
	}
	r = read_facts(pin, &facts);
	if (r != 0)
		return r;
	r = apply_disconnect(MODEL_FD, pin);
	return r == 0 ? GO_ON : (r < 0 ? r : DONE);
}

/* supervise_connect() and connect_prepared() */
static int do_connect(const struct pin *pin, const struct step *step)
{
	struct sockaddr_storage address;
	int r = prepare_connect(pin, step);
	if (r != 0)
		return r == DONE ? 0 : r;
	socklen_t length = endpoint_write(&step->at, &address);
	return call(model_real_connect(MODEL_FD, &address, length));
}

/* open_socket() of call_message.c; sending_datagram(), prepare() and send_once() of sending.c */
static int do_send(const struct pin *pin, const struct step *step)
{
	_Alignas(struct cmsghdr) unsigned char control[64];
	unsigned char copy[CONTROL_SIZE];
	struct sockaddr_storage address;
	struct verdict verdict = {0};
	struct msghdr message = {.msg_controllen = step_control(step, control, sizeof(control))};
	struct endpoint peer;
	const struct endpoint *to = NULL;
	struct facts facts;
	struct pin chosen;
	bool opens = step->call == STEP_FASTOPEN;
	int r = read_facts(pin, &facts);
	if (r == 0 && facts.type == SOCK_STREAM && !opens)
		return GO_ON;
	if (r != 0)
		return r;
	message.msg_control = message.msg_controllen > 0 ? control : NULL;
	if (step->has_peer) {
		struct endpoint at = step->at;
		at.family = at.family == AF_UNSPEC ? AF_INET : at.family;
		message.msg_namelen = endpoint_write(&at, &address);
		address.ss_family = step->at.family;
		message.msg_name = &address;
		if (endpoint_read_peer(&address, message.msg_namelen, &peer) == 0)
			to = &peer;
	}
	enum pin_call asked = facts.type == SOCK_STREAM ? PIN_CONNECT : PIN_SEND;
	r = r == 0 ? pool_for(MODEL_FD, &pin, &facts, asked, to, &chosen) : r;
	if (r == 0 && to)
		r = apply_verdict(MODEL_FD, pin, &facts, asked, to, &verdict);
	if (!step->has_peer)
		r = apply_reach(MODEL_FD, pin, &message, &verdict.reach);
	if (verdict.drops_name)
		message.msg_namelen = 0;
	if (r == 0)
		r = control_prepare(pin, &verdict, &message, copy);
	if (r < 0)
		return r;
	return model_real_sendmsg(MODEL_FD, &message, opens ? MSG_FASTOPEN : 0) < 0 ? -errno : 0;
}

/* supervise_setsockopt() and set() of call_option.c */
static int do_setsockopt(const struct pin *pin, const struct step *step)
{
	struct facts facts;
	struct pin chosen;
	int r = read_facts(pin, &facts);
	if (r != 0)
		return r;
	r = pool_for(MODEL_FD, &pin, &facts, PIN_LISTEN, NULL, &chosen);
	if (r < 0)
		return r;
	struct option_verdict verdict =
		pin_on_option(pin, step->level, step->name, step->value, step->length);
	const void *value = step->value;
	socklen_t length = step->length;
	r = apply_option(MODEL_FD, pin, &verdict, &value, &length);
	if (r != 0)
		return r < 0 ? r : 0;
	return sys_setsockopt(MODEL_FD, step->level, step->name, value, length);
}

/* The calls that the filter (filter.c) traps, and the errors that a blind caller gets. */
static int do_step(const struct pin *pin, bool is_blind, const struct step *step)
{
	switch (step->call) {
	case STEP_BIND:
		return is_blind ? -EPERM : do_bind(pin, step);
	case STEP_CONNECT:
		return is_blind ? unseen(pin) : do_connect(pin, step);
	case STEP_LISTEN:
		return is_blind ? unseen(pin) : do_listen(pin);
	case STEP_SENDTO:
	case STEP_SENDMSG:
	case STEP_FASTOPEN:
		return is_blind ? unseen_send(pin, step) : do_send(pin, step);
	case STEP_SETSOCKOPT:
		if (!pin_minds_option(pin, step->level, step->name))
			return GO_ON;
		return is_blind ? -EPERM : do_setsockopt(pin, step);
	case STEP_SEND:
	case STEP_SHUTDOWN:
		return GO_ON;
	}
	return GO_ON;
}

int reach_by_supervisor(const struct pin *pin, bool is_blind, const struct step *step)
{
	int r = do_step(pin, is_blind, step);
	return r == GO_ON ? step_model(&model_current, step) : r;
}

/* supervise_socket() and newborn_socket() */
int reach_open_by_supervisor(const struct pin *pin, bool is_blind, int domain, enum model_kind kind)
{
	int type = reach_type_of(kind);
	bool is_sealed = is_blind && (type != SOCK_STREAM || pin_can_seal(pin));
	int fd = model_real_socket(domain, type, reach_protocol_of(domain, kind));
	if (fd < 0)
		return -errno;
	int r = is_sealed ? birth_give_sealed(fd, pin, domain, type)
			  : birth_give_closed(fd, pin, domain, type);
	if (r < 0)
		sys_close(fd);
	return r;
}

/* secure_all() of sealing.c */
static int supervise_seal(const struct pin *pin)
{
	return birth_seal(MODEL_FD, pin);
}

const struct reach_engine REACH_SUPERVISE = {.name = "strict",
					     .is_supervised = true,
					     .open = reach_open_by_supervisor,
					     .step = reach_by_supervisor,
					     .seal = supervise_seal};
