/* SPDX-License-Identifier: MIT */
/* A hash table with open addressing. States are compared byte by byte. */
#include "reach_table.h"

#include "check.h"

static uint64_t hash_of(const struct reach_state *state)
{
	const unsigned char *at = (const unsigned char *)state;
	uint64_t hash = 1469598103934665603U, word;
	_Static_assert(sizeof(*state) % 4 == 0, "read in words");
	for (size_t i = 0; i + 8 <= sizeof(*state); i += 8) {
		memcpy(&word, at + i, 8);
		hash = (hash ^ word) * 1099511628211U;
		hash ^= hash >> 29;
	}
	if (sizeof(*state) % 8 != 0) {
		uint32_t rest;
		memcpy(&rest, at + sizeof(*state) - 4, 4);
		hash = (hash ^ rest) * 1099511628211U;
	}
	return hash ^ hash >> 32;
}

static void grow(struct table *table)
{
	table->size = table->size == 0 ? 4096 : table->size * 2;
	free(table->slots);
	table->slots = malloc(table->size * sizeof(*table->slots));
	CHECK(table->slots != NULL);
	for (size_t i = 0; i < table->size; i++)
		table->slots[i] = NODE_NONE;
	for (size_t i = 0; i < table->count; i++) {
		size_t at = hash_of(&table->nodes[i].state) & (table->size - 1);
		while (table->slots[at] != NODE_NONE)
			at = (at + 1) & (table->size - 1);
		table->slots[at] = (int)i;
	}
}

void table_add(struct table *table, const struct node *node)
{
	if (table->count * 2 >= table->size)
		grow(table);
	size_t at = hash_of(&node->state) & (table->size - 1);
	for (; table->slots[at] != NODE_NONE; at = (at + 1) & (table->size - 1))
		if (memcmp(&table->nodes[table->slots[at]].state, &node->state,
			   sizeof(node->state)) == 0)
			return;
	if (table->count == table->room) {
		table->room = table->room == 0 ? 1024 : table->room * 2;
		table->nodes = realloc(table->nodes, table->room * sizeof(*table->nodes));
		CHECK(table->nodes != NULL);
	}
	table->slots[at] = (int)table->count;
	table->nodes[table->count++] = *node;
}

void table_free(struct table *table)
{
	free(table->nodes);
	free(table->slots);
	*table = (struct table){.size = 0};
}
