/* SPDX-License-Identifier: MIT */
/*
 * What would happen, as data. explain_engine.c, explain_uplinks.c and explain_names.c gather it,
 * explain_print.c and explain_json.c print it.
 */
#ifndef BINDTO_EXPLAIN_H
#define BINDTO_EXPLAIN_H

#include "network/links.h"
#include "network/route.h"
#include "options.h"
#include "pin/pin.h"
#include "pin/pool.h"
#include "target/target.h"

enum severity {
	SEVERITY_WARNING, /* it works, but perhaps not as the user means */
	SEVERITY_PROBLEM, /* it would not work */
};

struct finding {
	enum severity severity;
	const char *trap; /* a word that scripts know the trap by */
	char *message;
	char *command; /* mends it; NULL if no command does */
};

/* The way that packets of one family would take out of this host's own networks. */
struct way {
	bool is_v4;
	const struct pin_source *source;
	bool is_local; /* the pin is a loopback or link-local address, which leads no further */
	int error;     /* 0, or -errno if there is no route */
	struct route route;
	int plain_error; /* this and plain: without bindto */
	struct route plain;
};

enum server_reach {
	SERVER_UNPINNED,    /* it is asked unpinned: the library does not see libc's queries */
	SERVER_HERE,        /* it is on this host, and asks others by itself */
	SERVER_EXCLUDED,    /* --exclude names it, or --only does not */
	SERVER_PINNED,      /* the pinned uplink leads to it */
	SERVER_ELSEWHERE,   /* so it does, but the server is a neighbour on another interface */
	SERVER_UNREACHABLE, /* the pinned uplink does not lead to it */
};

struct name_server {
	struct ip ip;
	uint32_t scope;
	uint16_t port;
	enum server_reach reach;
};

enum { WAY_COUNT = 2, SERVERS_MAX = 3 /* MAXNS in resolv.h */ };

struct explanation {
	const struct options *options;
	const struct pin *pin;
	const struct target *target; /* target_judge() has judged it */
	enum engine engine;
	char *library; /* the value for LD_PRELOAD; NULL without a library */
	struct network network;
	struct route_list routes;
	struct way ways[WAY_COUNT];
	struct name_server servers[SERVERS_MAX];
	size_t server_count;
	struct finding *findings;
	size_t finding_count;
};

/*
 * Prints what the options would do, and starts nothing. target_judge() must have judged target.
 * Returns the exit status: success, or STATUS_FAILED if it would not work.
 */
int report_explain(const struct options *options, const struct pin *pin,
		   const struct target *target, enum engine engine);

/* Adds a finding, and takes message and command over. */
void explain_find(struct explanation *explanation, enum severity severity, const char *trap,
		  char *message, char *command);
bool explain_works(const struct explanation *explanation);

/* Returns an interface's name, or "?" if it is gone. */
const char *explain_name(const struct explanation *explanation, unsigned int ifindex);

/* Returns the interface that has the address, or NULL. */
const struct interface *explain_owner(const struct explanation *explanation, const struct ip *ip);

/* Each of these fills in its part and adds its findings. */
void explain_uplinks(struct explanation *explanation);
void explain_names(struct explanation *explanation);
void explain_engine(struct explanation *explanation);

void explain_print_text(const struct explanation *explanation, bool is_colored);
void explain_print_json(const struct explanation *explanation);

/* Returns the name of a pool's member, an interface or an address. The caller frees it. */
char *explain_member(const struct member *member);

#endif
