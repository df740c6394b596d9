/* SPDX-License-Identifier: MIT */
/*
 * In each state, every call is made: once without a fault, and once for each of the engine's system
 * calls, which then fails alone or with all later ones. The judge looks at what the call sends, and
 * if nothing leaked, the state behind the call is explored as well. Calls that no engine sees are
 * made too, in every state.
 */
#include "reach_explore.h"

#include <errno.h>

#include "check.h"
#include "reach_table.h"

enum {
	MOVE_OPEN = -2,
	MOVE_OPEN_BLIND = -3,
	MOVE_BLIND = -4,
	MOVE_LOSE = -5,
	MOVE_OPEN_NUMBER = -6,
	MOVE_OPEN_NUMBER_BLIND = -7,
};

static bool is_opening(int move)
{
	return move == MOVE_OPEN || move == MOVE_OPEN_BLIND || move == MOVE_OPEN_NUMBER ||
	       move == MOVE_OPEN_NUMBER_BLIND;
}

static bool is_opening_blind(int move)
{
	return move == MOVE_OPEN_BLIND || move == MOVE_OPEN_NUMBER_BLIND;
}

struct search {
	struct exploration *exploration;
	struct table table;
	struct step steps[REACH_WAYS * REACH_MOVES_MAX];
	size_t step_count;
	uint32_t seen_leaks[256]; /* the leaks that were shown, by last call and reason */
	size_t seen_count;
};

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

static void print_move(const struct search *search, const struct node *node)
{
	static const char kinds[] = "tupr";
	const struct exploration *exploration = search->exploration;
	switch (node->move) {
	case MOVE_OPEN:
	case MOVE_OPEN_BLIND:
	case MOVE_OPEN_NUMBER:
	case MOVE_OPEN_NUMBER_BLIND:
		printf("%s%ss %d %c", is_opening_blind(node->move) ? "nd; " : "",
		       node->move <= MOVE_OPEN_NUMBER ? "!" : "",
		       exploration->domain == AF_INET ? 4 : 6, kinds[exploration->kind]);
		break;
	case MOVE_BLIND:
		printf("nd");
		break;
	case MOVE_LOSE:
		printf("(wlan0 loses its addresses)");
		break;
	default:
		step_print(stdout, &search->steps[node->move]);
	}
	if (node->failure.at != UINT32_MAX)
		printf(" [call %u%s fails: %s]", node->failure.at + 1,
		       node->failure.goes_on ? " and all behind" : "",
		       strerrorname_np(node->failure.error));
	if (node->result < 0)
		printf(" (%s)", strerrorname_np(-node->result));
}

static void print_path(const struct search *search, const struct node *node)
{
	if (node->parent != NODE_NONE) {
		print_path(search, &search->table.nodes[node->parent]);
		printf("; ");
	}
	print_move(search, node);
}

static void print_packet(const struct model_packet *packet, const char *wrong)
{
	static const char *const names[] = {"?", "lo", "eth0", "wlan0"};
	char source[IP_TEXT_SIZE], to[IP_TEXT_SIZE];
	printf("  => %s: by %s, %s port %u -> %s port %u\n", wrong, names[packet->uplink],
	       ip_format(&packet->source, source), packet->port,
	       ip_format(&packet->destination, to), packet->to_port);
}

/* One leak for each last call and reason is enough. */
static bool is_news(struct search *search, const struct node *node, const char *wrong)
{
	uint32_t what = (uint32_t)node->move << 8 ^ (uint32_t)(unsigned char)wrong[3] ^
			(uint32_t)(node->failure.at != UINT32_MAX) << 7;
	for (size_t i = 0; i < search->seen_count; i++)
		if (search->seen_leaks[i] == what)
			return false;
	if (search->seen_count < sizeof(search->seen_leaks) / sizeof(search->seen_leaks[0]))
		search->seen_leaks[search->seen_count++] = what;
	return true;
}

/* Returns true if a packet left outside the pin. */
static bool judge(struct search *search, const struct node *node)
{
	struct exploration *exploration = search->exploration;
	for (unsigned int i = 0; i < model_packet_count; i++) {
		const char *wrong =
			reach_judge(exploration->pin, node->state.is_blind, &model_packets[i]);
		if (wrong == NULL)
			continue;
		if (is_news(search, node, wrong) && exploration->leaks < exploration->leaks_shown) {
			printf("LEAK %s, %s: ", exploration->engine->name, exploration->pin->name);
			print_path(search, node);
			printf("\n");
			print_packet(&model_packets[i], wrong);
		}
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
 * After the library has moved a socket, it judges the socket's plain datagrams. Two things are left
 * out because nothing holds them (FACTS.md): a socket that a program uses by libc and by number
 * after its process forbade inspection; and plain datagrams by libc on a socket that the supervisor
 * moved.
 */
static bool is_left_out(const struct reach_state *state, const struct step *step)
{
	if (step->way == WAY_PLAIN && state->is_moved)
		return true;
	return state->is_blind &&
	       (step->way == WAY_NUMBER ? state->is_librarys : state->is_unseens);
}

static void expand(struct search *search, int parent, bool injects)
{
	for (size_t i = 0; i < search->step_count; i++) {
		struct node node = search->table.nodes[parent];
		if (is_left_out(&node.state, &search->steps[i]))
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
