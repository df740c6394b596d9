/* SPDX-License-Identifier: MIT */
/*
 * In each state, every call is made: once without a fault, and once for each of the engine's system
 * calls, which then fails alone or with all later ones. The judge looks at what the call sends, and
 * if nothing leaked, the state behind the call is explored as well. Calls that no engine sees are
 * made too, in every state.
 */
#include "reach_explore.h"

#include <errno.h>
#include <netinet/in.h>

#include "check.h"
#include "reach_search.h"

static bool is_opening(int move)
{
	return move == MOVE_OPEN || move == MOVE_OPEN_BLIND || move == MOVE_OPEN_NUMBER ||
	       move == MOVE_OPEN_NUMBER_BLIND;
}

/* Clears what makes no difference any more, so that equal states have equal bytes. */
static void forget_the_past(struct model_socket *socket)
{
	if (socket->family == AF_INET6 && ip_is_v4(&socket->peer))
		socket->has_route = false; /* for there is none of IPv4 */
	if (!socket->has_route) {
		memset(&socket->route, 0, sizeof(socket->route));
		if (socket->state != MODEL_CONNECTED)
			socket->flow_source = socket->flow_destination = 0;
	}
	if (socket->family == AF_INET6) { /* its mapped datagrams never take the quick way */
		socket->flow_source = socket->flow_destination = 0;
		if (socket->kind != MODEL_STREAM)
			socket->peer_v4 = 0;
	}
	if (socket->state == MODEL_CONNECTED)
		return;
	if (!socket->speaks_v4)
		socket->peer_v4 = 0;
	memset(&socket->peer, 0, sizeof(socket->peer));
}

/*
 * How many choices of the program, by setsockopt(2) or otherwise, are in force. An engine's own
 * settings may count as well. Therefore only a call that adds a choice is one too many.
 */
static unsigned int choices_of(const struct search *search, const struct reach_state *state)
{
	const struct model_socket *socket = &state->socket,
				  *born = &search->table.nodes[0].state.socket;
	bool is_v6 = socket->family == AF_INET6, is_stream = socket->kind == MODEL_STREAM;
	return (unsigned int)state->has_lost +
	       (unsigned int)(state->is_blind && !state->is_sealed) +
	       (unsigned int)socket->has_hop + (unsigned int)(socket->is_portless && !is_stream) +
	       (unsigned int)(socket->unicast_v4 == HOST_ETH0 ||
			      (is_v6 && socket->unicast_v4 != born->unicast_v4)) +
	       (unsigned int)(socket->unicast_v6 != born->unicast_v6) +
	       (unsigned int)(socket->multicast_v4 != born->multicast_v4) +
	       (unsigned int)(socket->multicast_v6 != born->multicast_v6) +
	       (unsigned int)(socket->sticky != 0);
}

static bool is_one_too_many(const struct search *search, const struct reach_state *before,
			    const struct reach_state *after)
{
	unsigned int choices = choices_of(search, after);
	return choices > search->exploration->choices && choices > choices_of(search, before);
}

/* Does bindto see this call, and does it pin a socket by it that came from outside? */
static bool pins_foreign(const struct step *step)
{
	switch (step->call) {
	case STEP_CONNECT:
		return step->at.family != AF_UNSPEC;
	case STEP_SENDTO:
	case STEP_FASTOPEN:
		return true;
	case STEP_SENDMSG:
		return step->has_peer;
	case STEP_BIND:
	case STEP_LISTEN:
	case STEP_SEND:
	case STEP_SETSOCKOPT:
	case STEP_SHUTDOWN:
		break;
	}
	return false;
}

/* Returns true if a packet left outside the pin. */
static bool judge(struct search *search, const struct node *node)
{
	struct exploration *exploration = search->exploration;
	if (node->state.is_foreign && !pins_foreign(&search->steps[node->move]))
		return false;
	for (unsigned int i = 0; i < model_packet_count; i++) {
		const char *wrong =
			reach_judge(exploration->pin, node->state.is_blind, &model_packets[i]);
		if (wrong == NULL)
			continue;
		show_leak(search, node, &model_packets[i], wrong);
		exploration->leaks++;
		return true;
	}
	return false;
}

static void set_up(const struct reach_state *state)
{
	model_current = state->socket;
	model_is_open = true;
	host.has_lost_wlan0 = state->has_lost;
}

/* Makes the call of node in the state that is set up; node gets the state behind it. */
static void run(struct search *search, struct node *node)
{
	struct exploration *exploration = search->exploration;
	const struct reach_engine *engine = exploration->engine;
	bool opens = is_opening(node->move);
	bool is_library = engine->is_mixed && !opens && search->steps[node->move].way != WAY_NUMBER;
	bool is_new = engine->is_supervised && node->state.has_lost && !is_library;
	const struct pin *pin = is_new ? &exploration->pin->after_loss : &exploration->pin->pin;
	exploration->runs++;
	model_sys_begin(&node->failure);
	if (opens) {
		model_is_open = false;
		host.has_lost_wlan0 = false;
		bool by_number = node->move <= MOVE_OPEN_NUMBER;
		node->result = (by_number ? engine->open_by_number : engine->open)(
			pin, is_opening_blind(node->move), exploration->domain, exploration->kind);
		model_current.may_broadcast = true; /* to explore one option less */
	} else {
		reach_is_open = node->state.is_open;
		node->result = engine->step(pin, node->state.is_blind, &search->steps[node->move]);
	}
	if (judge(search, node) || (opens && node->result < 0))
		return;
	struct reach_state before = node->state;
	if (before.is_foreign && node->result == 0 && pins_foreign(&search->steps[node->move]))
		node->state.is_foreign = false;
	bool moves = memcmp(&before.socket, &model_current, sizeof(model_current)) != 0;
	node->state.is_moved |= engine->is_mixed && !opens && moves;
	node->state.is_librarys |= is_library && moves;
	node->state.is_unseens |=
		engine->is_mixed && !opens && !is_library && before.is_blind && moves;
	node->state.socket = model_current;
	forget_the_past(&node->state.socket);
	if (opens || search->steps[node->move].call != STEP_SETSOCKOPT ||
	    !is_one_too_many(search, &before, &node->state))
		table_add(&search->table, node);
}

/* The errors that a call may have in practice: by a sandbox, a taken port, a lost address. */
static int error_at(enum model_call call, int which)
{
	static const int of_bind[] = {EPERM, EADDRINUSE, EADDRNOTAVAIL};
	if (call == MODEL_CALL_BIND)
		return which < 3 ? of_bind[which] : 0;
	return which == 0 ? EPERM : 0;
}

static void run_all(struct search *search, const struct node *from, bool injects)
{
	enum model_call calls[MODEL_CALLS_MAX];
	struct node node = *from;
	bool opens = is_opening(from->move);
	node.failure = (struct model_failure){.at = UINT32_MAX};
	if (!opens)
		set_up(&from->state);
	run(search, &node);
	unsigned int count =
		model_call_count < MODEL_CALLS_MAX ? model_call_count : MODEL_CALLS_MAX;
	memcpy(calls, model_calls, count * sizeof(calls[0]));
	if (!injects)
		return;
	for (unsigned int i = 0; i < count; i++) {
		int error;
		for (int which = 0; (error = error_at(calls[i], which)) != 0; which++)
			for (int goes_on = 0; goes_on < (i + 1 < count ? 2 : 1); goes_on++) {
				node = *from;
				node.failure = (struct model_failure){i, error, goes_on != 0};
				if (!opens)
					set_up(&from->state);
				run(search, &node);
			}
	}
}

static struct node first_node(int move)
{
	struct node node;
	memset(&node, 0, sizeof(node)); /* the padding too: it is hashed */
	node.parent = NODE_NONE;
	node.move = move;
	node.state.is_blind = node.state.is_sealed = is_opening_blind(move);
	return node;
}

/*
 * If this host loses an address, an established connection to it sends by the routing table.
 * Nothing could prevent that but cutting each such connection at once (FACTS.md).
 */
static bool is_with_this_host(const struct model_socket *socket)
{
	return socket->state == MODEL_CONNECTED && socket->device == 0;
}

/* Steps that happen to the process or the host, and not to the socket. */
static void change(struct search *search, int parent)
{
	const struct exploration *exploration = search->exploration;
	struct node node = search->table.nodes[parent];
	node.parent = parent;
	node.failure = (struct model_failure){.at = UINT32_MAX};
	node.result = 0;
	if (exploration->engine->is_supervised && !node.state.is_blind) {
		node.move = MOVE_BLIND;
		node.state.is_blind = true;
		set_up(&node.state);
		model_sys_begin(&node.failure);
		node.state.is_open = exploration->engine->seal(&exploration->pin->pin) < 0;
		node.state.socket = model_current;
		node.state.is_foreign = false;
		if (choices_of(search, &node.state) <= exploration->choices)
			table_add(&search->table, &node);
		node.state = search->table.nodes[parent].state;
	}
	if (exploration->pin->pin.ifindex != 0 && !node.state.has_lost &&
	    !is_with_this_host(&node.state.socket)) {
		node.move = MOVE_LOSE;
		node.state.has_lost = true;
		if (choices_of(search, &node.state) <= exploration->choices)
			table_add(&search->table, &node);
	}
}

/*
 * Of a socket that came from outside, nothing holds this (FACTS.md): a send takes a port before any
 * call has pinned it; a process that forbids inspection disconnects it; and under -6, without an
 * interface, IP_UNICAST_IF decides how it reaches IPv4's loopback from the wildcard.
 */
static bool is_left_out_foreign(const struct search *search, const struct reach_state *state,
				const struct step *step)
{
	if (step->call == STEP_SEND || (step->call == STEP_SENDMSG && !step->has_peer))
		return state->is_foreign;
	if (step->call == STEP_CONNECT && step->at.family == AF_UNSPEC)
		return state->is_blind;
	bool is_unicast = step->level == IPPROTO_IP && step->name == IP_UNICAST_IF;
	return step->call == STEP_SETSOCKOPT && is_unicast &&
	       pin_is_v6_alone(&search->exploration->pin->pin);
}

/*
 * After the library has moved a socket, it judges the socket's plain datagrams. Two things are left
 * out because nothing holds them (FACTS.md): a socket that a program uses by libc and by number
 * after its process forbade inspection; and plain datagrams by libc on a socket that the supervisor
 * moved.
 */
static bool is_left_out(const struct search *search, const struct reach_state *state,
			const struct step *step)
{
	if (search->exploration->is_foreign && is_left_out_foreign(search, state, step))
		return true;
	if (step->way == WAY_PLAIN && state->is_moved)
		return true;
	return state->is_blind &&
	       (step->way == WAY_NUMBER ? state->is_librarys : state->is_unseens);
}

static void expand(struct search *search, int parent, bool injects)
{
	for (size_t i = 0; i < search->step_count; i++) {
		struct node node = search->table.nodes[parent];
		if (is_left_out(search, &node.state, &search->steps[i]))
			continue;
		node.parent = parent;
		node.move = (int)i;
		run_all(search, &node, injects);
	}
	change(search, parent);
}

static void open_all(struct search *search, bool injects)
{
	struct node node = first_node(MOVE_OPEN);
	run_all(search, &node, injects);
	if (!search->exploration->engine->is_supervised)
		return;
	node = first_node(MOVE_OPEN_BLIND);
	run_all(search, &node, injects);
	if (!search->exploration->engine->is_mixed)
		return;
	node = first_node(MOVE_OPEN_NUMBER);
	run_all(search, &node, injects);
	node = first_node(MOVE_OPEN_NUMBER_BLIND);
	run_all(search, &node, injects);
}

/* May whoever made a foreign socket have made this step, too? Other options stay as they are. */
static bool is_foreigners(const struct step *step)
{
	return (step->call == STEP_BIND && step->at.scope == 0) ||
	       (step->call == STEP_SETSOCKOPT && step->name == IPV6_V6ONLY);
}

/* The sockets that the program inherits or receives from somebody who has no pin. */
static void open_foreign(struct search *search)
{
	const struct exploration *exploration = search->exploration;
	for (int i = -1; i < (int)search->step_count; i++) {
		struct node node = first_node(MOVE_FOREIGN - 1 - i);
		node.failure = (struct model_failure){.at = UINT32_MAX};
		node.state.is_foreign = true;
		if (i >= 0 && !is_foreigners(&search->steps[i]))
			continue;
		model_sys_begin(&node.failure);
		model_is_open = false;
		int r = REACH_UNPINNED.open(NULL, false, exploration->domain, exploration->kind);
		if (r == 0 && i >= 0)
			r = REACH_UNPINNED.step(NULL, false, &search->steps[i]);
		/* It keeps a port that it has, which may lie outside the range. */
		if (r < 0 || (exploration->pin->pin.port_low != 0 && model_current.number != 0))
			continue;
		model_current.may_broadcast = true;
		node.state.socket = model_current;
		forget_the_past(&node.state.socket);
		table_add(&search->table, &node);
	}
}

/* Makes a step in each of its ways. */
static void add_ways(struct search *search)
{
	size_t count = search->step_count;
	for (size_t i = 0; i < count; i++) {
		struct step step = search->steps[i];
		if (step.call == STEP_SEND || step.call == STEP_SHUTDOWN)
			continue;
		step.way = WAY_NUMBER;
		search->steps[search->step_count++] = step;
		step.way = WAY_PLAIN;
		if (step.call == STEP_SENDTO)
			search->steps[search->step_count++] = step;
	}
}

/* Explores all states from the i-th on, and the new ones that it finds. */
static void expand_from(struct search *search, size_t i, bool injects)
{
	struct exploration *exploration = search->exploration;
	for (; i < search->table.count && !exploration->is_cut; i++) {
		exploration->is_cut = exploration->states_max != 0 && i >= exploration->states_max;
		expand(search, (int)i, injects);
	}
}

void explore(struct exploration *exploration)
{
	struct search *search = calloc(1, sizeof(*search));
	bool injects = exploration->faults == FAULTS_ANY;
	CHECK(search != NULL);
	search->exploration = exploration;
	search->step_count = reach_moves(exploration->pin->rule, exploration->domain,
					 exploration->kind, search->steps);
	if (exploration->engine->is_mixed)
		add_ways(search);
	if (exploration->is_foreign)
		open_foreign(search);
	else
		open_all(search, injects);
	expand_from(search, 0, injects);
	if (exploration->faults == FAULTS_ONE) {
		size_t faultless = search->table.count;
		open_all(search, true);
		exploration->choices = exploration->choices > 0 ? exploration->choices - 1 : 0;
		for (size_t i = 0; i < faultless && !exploration->is_cut; i++)
			if (choices_of(search, &search->table.nodes[i].state) <=
			    exploration->choices)
				expand(search, (int)i, true);
		expand_from(search, faultless, false);
	}
	exploration->states = search->table.count;
	host.has_lost_wlan0 = false;
	table_free(&search->table);
	free(search);
}
