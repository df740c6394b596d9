/* SPDX-License-Identifier: MIT */
/* Visits every state that a socket can reach, breadth first, so that a leak's path is shortest. */
#ifndef REACH_EXPLORE_H
#define REACH_EXPLORE_H

#include "reach.h"

enum reach_faults {
	FAULTS_NONE,
	FAULTS_ONE, /* each call of the engine fails once, in states reached without a fault */
	FAULTS_ANY, /* in all states, which are many more: for a run by hand */
};

struct exploration {
	const struct reach_engine *engine;
	const struct reach_pin *pin;
	int domain;
	enum model_kind kind;
	bool is_foreign;          /* the program gets the socket from somebody who has no pin */
	enum reach_faults faults; /* FAULTS_NONE if is_foreign */
	unsigned int choices;     /* this many of a program's choices may be in force at once */
	size_t states_max;        /* 0: no limit */
	size_t leaks_shown;       /* print this many sequences */
	/* What was found. */
	size_t states, runs, leaks;
	bool is_cut; /* states_max was reached */
};

void explore(struct exploration *exploration);

#endif
