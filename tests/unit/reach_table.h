/* SPDX-License-Identifier: MIT */
/* A table of the states that were found, each with the call that first led to it. */
#ifndef REACH_TABLE_H
#define REACH_TABLE_H

#include "reach.h"

enum { NODE_NONE = -1 };

struct node {
	struct reach_state state;
	struct model_failure failure;
	int parent, move, result;
};

/* All zero: empty. nodes are in the order in which they were found. */
struct table {
	struct node *nodes;
	size_t count, room;
	int *slots; /* indexes of nodes, by the hash of their state */
	size_t size;
};

/* Adds a copy of node if its state is new. May move nodes. */
void table_add(struct table *table, const struct node *node);
void table_free(struct table *table);

#endif
