/* SPDX-License-Identifier: MIT */
/*
 * Proves the invariant on the model of tests/model/, by visiting every state: whatever a program
 * calls, in whatever order, and whichever system call of bindto's fails, no packet leaves outside
 * the pin.
 *
 * usage: reach [ENGINE [PIN [KIND]]], e.g. reach preload "-i" 6u
 * Variables change how much it does: REACH_LEAKS=N shows N sequences for each kind of socket,
 * REACH_CHOICES=N allows N of a program's choices at once, REACH_FAULTS is 0 (none), 1 or 2 (one in
 * each call), REACH_STATES=N visits at most N states, REACH_ROOT=1 gives the program privilege,
 * REACH_LOCALNET=1 sets route_localnet.
 */
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "reach_explore.h"

static const char KINDS[] = "tupr";

static bool is_asked_for(int argc, char **argv, int place, const char *name)
{
	return argc <= place || argv[place][0] == '\0' || strcmp(argv[place], name) == 0;
}

static size_t number_of(const char *variable, size_t otherwise)
{
	const char *text = getenv(variable);
	return text == NULL ? otherwise : (size_t)strtoul(text, NULL, 10);
}

struct totals {
	size_t states, runs, leaks, cuts;
};

static void explore_kind(const struct reach_engine *engine, const struct reach_pin *pin, int domain,
			 enum model_kind kind, bool is_foreign, struct totals *totals)
{
	struct exploration exploration = {
		.engine = engine,
		.pin = pin,
		.domain = domain,
		.kind = kind,
		.is_foreign = is_foreign,
		/* A mixed engine goes without faults: its two halves are tried with them alone,
		 * and together it would take minutes. */
		.faults = (enum reach_faults)number_of(
			"REACH_FAULTS", engine->is_mixed || is_foreign ? FAULTS_NONE : FAULTS_ONE),
		/* With nothing but ports pinned, interfaces and sources do not matter. */
		.choices = (unsigned int)number_of("REACH_CHOICES", pin->pin.v4.mode != PIN_ANY),
		.states_max = number_of("REACH_STATES", 0),
		.leaks_shown = number_of("REACH_LEAKS", 1),
	};
	host.is_privileged = kind == MODEL_RAW || number_of("REACH_ROOT", 0) != 0;
	host.routes_localnet = number_of("REACH_LOCALNET", 0) != 0;
	clock_t start = clock();
	explore(&exploration);
	printf("%-8s %-15s %d%c%c %6zu states, %9zu calls, %5zu leaks%s (%.2f s)\n", engine->name,
	       pin->name, domain == AF_INET ? 4 : 6, KINDS[kind], is_foreign ? 'f' : ':',
	       exploration.states, exploration.runs, exploration.leaks,
	       exploration.is_cut ? ", CUT" : "", (double)(clock() - start) / CLOCKS_PER_SEC);
	totals->states += exploration.states;
	totals->runs += exploration.runs;
	totals->leaks += exploration.leaks;
	totals->cuts += exploration.is_cut;
}

static void explore_pin(const struct reach_engine *engine, const struct reach_pin *pin, int argc,
			char **argv, struct totals *totals)
{
	struct reach_pin told = *pin; /* what the program is told if it inherits sockets */
	told.pin.inherits = true;
	pin_settle_sends(&told.pin);
	for (int family = 4; family <= 6; family += 2)
		for (enum model_kind kind = MODEL_STREAM; kind <= MODEL_RAW; kind++) {
			char name[] = {(char)('0' + family), KINDS[kind], '\0'};
			/* The kernel gives these sockets no port, so that a range does nothing. */
			if (pin->pin.ports_by_kernel && kind >= MODEL_PING)
				continue;
			/* What listeners keep matters to streams alone. */
			if (pin->pin.keeps_listeners && kind != MODEL_STREAM)
				continue;
			if (!is_asked_for(argc, argv, 3, name))
				continue;
			int domain = family == 4 ? AF_INET : AF_INET6;
			explore_kind(engine, pin, domain, kind, false, totals);
			if (!engine->is_mixed)
				explore_kind(engine, &told, domain, kind, true, totals);
		}
}

/* An engine that lets all calls through must leak, or the test would prove nothing. */
static void an_engine_that_does_nothing_leaks(void)
{
	struct reach_pin pin;
	for (size_t i = 0; reach_pin_at(i, false, &pin); i++) {
		/* A pin that lets all IPv4 go refuses IPv6. */
		bool is_free_v4 = pin.pin.v4.mode == PIN_ANY && pin.pin.v6.mode == PIN_REFUSED;
		struct exploration exploration = {
			.engine = &REACH_UNPINNED,
			.pin = &pin,
			.domain = is_free_v4 ? AF_INET6 : AF_INET,
			.kind = MODEL_DGRAM,
			/* In a pool of both uplinks the first packet is right. */
			.states_max = pin.pin.member_count > 0 ? 100 : 1,
		};
		explore(&exploration);
		CHECK(exploration.leaks > 0);
	}
}

/* Explores every second pin, beginning with the first or the second. */
static int explore_engine(const struct reach_engine *engine, size_t first, int argc, char **argv)
{
	struct totals totals = {0};
	struct reach_pin pin;
	for (size_t i = first; reach_pin_at(i, engine->is_supervised, &pin); i += 2)
		if (is_asked_for(argc, argv, 2, pin.name))
			explore_pin(engine, &pin, argc, argv, &totals);
	printf("%s: %zu states, %zu calls, %zu leaks\n", engine->name, totals.states, totals.runs,
	       totals.leaks);
	return totals.leaks > 0 || totals.cuts > 0;
}

/* Each engine runs in two processes of its own. */
int main(int argc, char **argv)
{
	static const struct reach_engine *const engines[] = {&REACH_PRELOAD, &REACH_SUPERVISE,
							     &REACH_BOTH};
	int failed = 0, status;
	host.link_local[HOST_ETH0] = ip_of("fe80::e");
	host.link_local[HOST_WLAN0] = ip_of("fe80::f");
	an_engine_that_does_nothing_leaks();
	(void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* else lines of the processes would mix */
	for (size_t i = 0; i < 6; i++) {
		const struct reach_engine *engine = engines[i / 2];
		if (!is_asked_for(argc, argv, 1, engine->name))
			continue;
		pid_t child = fork();
		CHECK(child >= 0);
		if (child == 0)
			exit(explore_engine(engine, i % 2, argc, argv));
	}
	while (wait(&status) > 0)
		failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	return failed;
}
