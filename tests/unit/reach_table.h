/* SPDX-License-Identifier: MIT */
/* The states that have been found, each once, with the call by which it was found first. */
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
	int *slots; /* of nodes, by the hash of their state */
	size_t size;
};

/* Adds a copy of node unless its state is there. Moves nodes. */
void table_add(struct table *table, const struct node *node);
void table_free(struct table *table);

#endif
