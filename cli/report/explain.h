/* SPDX-License-Identifier: MIT */
/* What would happen, as data: --explain gathers it (explain*.c) and prints it (explain_print.c). */
#ifndef BINDTO_EXPLAIN_H
#define BINDTO_EXPLAIN_H

#include "network/links.h"
#include "network/route.h"
#include "options.h"
#include "pin/pin.h"
#include "target/target.h"

enum severity {
	SEVERITY_WARNING, /* it works, but perhaps not as it is meant */
	SEVERITY_PROBLEM, /* it would not work */
};

struct finding {
	enum severity severity;
	const char *trap; /* a name for scripts */
	char *message;
	char *command; /* that mends it; NULL: there is none */
};

/* How one family's packets would leave, to somewhere beyond this host's own networks. */
struct way {
	bool is_v4;
	const struct pin_source *source;
	bool is_local; /* the pin is loopback, or link-local: it leads no further by its nature */
	int error;     /* 0, or -errno: no route */
	struct route route;
	int plain_error; /* the same without bindto */
	struct route plain;
};

enum server_reach {
	SERVER_UNPINNED,    /* the library alone does not see libc's queries */
	SERVER_HERE,        /* on this host, which asks others by itself */
	SERVER_EXCLUDED,    /* --exclude */
	SERVER_PINNED,      /* by the pinned uplink */
	SERVER_ELSEWHERE,   /* the pinned uplink leads to it, but it is a neighbour on another */
	SERVER_UNREACHABLE, /* by the pinned uplink */
};

struct name_server {
	struct ip ip;
	uint32_t scope;
	enum server_reach reach;
};

enum { WAY_COUNT = 2, SERVERS_MAX = 3 /* MAXNS in resolv.h */ };

struct explanation {
	const struct options *options;
	const struct pin *pin;
	const struct target *target; /* judged */
	enum engine engine;
	char *library; /* as LD_PRELOAD will have it; NULL: the engine has none */
	struct network network;
	struct route_list routes;
	struct way ways[WAY_COUNT];
	struct name_server servers[SERVERS_MAX];
	size_t server_count;
	struct finding *findings;
	size_t finding_count;
};

/*
 * Explains what the options come to; starts nothing. target is judged. Returns the exit status:
 * success, or STATUS_FAILED if it would not work.
 */
int report_explain(const struct options *options, const struct pin *pin,
		   const struct target *target, enum engine engine);

/* Adds a finding; takes message and command over. */
void explain_find(struct explanation *explanation, enum severity severity, const char *trap,
		  char *message, char *command);
bool explain_works(const struct explanation *explanation);

/* An interface's name, "?" for one that is gone. */
const char *explain_name(const struct explanation *explanation, unsigned int ifindex);

/* The interface that has the address, or NULL. */
const struct interface *explain_owner(const struct explanation *explanation, const struct ip *ip);

/* Each fills in its part and adds what it finds. */
void explain_uplinks(struct explanation *explanation);
void explain_names(struct explanation *explanation);
void explain_engine(struct explanation *explanation);

void explain_print_text(const struct explanation *explanation, bool colored);
void explain_print_json(const struct explanation *explanation);

#endif
