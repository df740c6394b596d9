/* SPDX-License-Identifier: MIT */
/* A search that is under way, for reach_explore.c and reach_show.c. */
#ifndef REACH_SEARCH_H
#define REACH_SEARCH_H

#include "reach_explore.h"
#include "reach_table.h"

/* What can happen besides a step, which has its index. */
enum {
	MOVE_OPEN = -2,
	MOVE_OPEN_BLIND = -3,
	MOVE_BLIND = -4,
	MOVE_LOSE = -5,
	MOVE_OPEN_NUMBER = -6,
	MOVE_OPEN_NUMBER_BLIND = -7,
	MOVE_FOREIGN = -8, /* and below: the step MOVE_FOREIGN - move - 1 was made, too */
};

struct search {
	struct exploration *exploration;
	struct table table;
	struct step steps[REACH_WAYS * REACH_MOVES_MAX];
	size_t step_count;
	uint32_t seen_leaks[256]; /* the leaks that were shown, by last call and reason */
	size_t seen_count;
};

static inline bool is_opening_blind(int move)
{
	return move == MOVE_OPEN_BLIND || move == MOVE_OPEN_NUMBER_BLIND;
}

/* Prints how node was reached, and the packet that its call sent, unless such a leak was shown. */
void show_leak(struct search *search, const struct node *node, const struct model_packet *packet,
	       const char *wrong);

#endif
