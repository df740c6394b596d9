/* SPDX-License-Identifier: MIT */
/* Every state that a socket can get into, breadth first, so that what leaks is found shortest. */
#ifndef REACH_EXPLORE_H
#define REACH_EXPLORE_H

#include "reach.h"

enum reach_faults {
	FAULTS_NONE,
	FAULTS_ONE, /* in each state that is reached without one, each call of the engine may fail
		     */
	FAULTS_ANY, /* in all states: many more of them, for a run by hand */
};

struct exploration {
	const struct reach_engine *engine;
	const struct reach_pin *pin;
	int domain;
	enum model_kind kind;
	enum reach_faults faults;
	unsigned int choices; /* so many of a program's choices are in force at once */
	size_t states_max;    /* 0: no limit */
	size_t leaks_shown;   /* print so many sequences */
	/* What was found. */
	size_t states, runs, leaks;
	bool is_cut; /* states_max was reached */
};

void explore(struct exploration *exploration);

#endif
