/* SPDX-License-Identifier: MIT */
/* Prints the calls that led to a leak. */
#include <string.h>

#include "reach_search.h"

/* A step, or the opening of a socket that is foreign. */
static void print_step(const struct search *search, int move)
{
	if (move <= MOVE_FOREIGN)
		printf(move == MOVE_FOREIGN ? "foreign" : "foreign ");
	if (move <= MOVE_FOREIGN)
		move = MOVE_FOREIGN - move - 1;
	if (move >= 0)
		step_print(stdout, &search->steps[move]);
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
		print_step(search, node->move);
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

void show_leak(struct search *search, const struct node *node, const struct model_packet *packet,
	       const char *wrong)
{
	const struct exploration *exploration = search->exploration;
	if (!is_news(search, node, wrong) || exploration->leaks >= exploration->leaks_shown)
		return;
	printf("LEAK %s, %s: ", exploration->engine->name, exploration->pin->name);
	print_path(search, node);
	printf("\n");
	print_packet(packet, wrong);
}
