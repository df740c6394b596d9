/* SPDX-License-Identifier: MIT */
/*
 * What would happen, as data. explain_engine.c, explain_ways.c, explain_uplinks.c and explain_names.c
 * gather it, explain_print.c and explain_json.c print it.
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

/* How far packets get, and their answers. */
enum way_end {
	WAY_REFUSED,    /* nowhere: the family has no pin */
	WAY_DOWN,       /* the interface is down or has no carrier */
	WAY_NO_ADDRESS, /* an interface of a pool has no address of the family yet */
	WAY_LOCAL,      /* the pin is a loopback or link-local address, which leads no further */
	WAY_NO_ROUTE,
	WAY_STOPPED,  /* a rule or a route of this host stops them */
	WAY_FILTERED, /* they leave, and strict filtering drops the answers */
	WAY_OPEN,
};

/*
 * The way that packets of one family, and of one member of a pool, would take out of this host's own
 * networks.
 */
struct way {
	bool is_v4;
	bool is_spare; /* sockets take another member as long as this host has its address */
	const struct pin_source *source;
	const struct member *member;       /* NULL: there is no pool */
	unsigned int ifindex;              /* of the device that sockets get; 0: none */
	const struct interface *interface; /* that one, or the one that has the address; or NULL */
	enum way_end end;
	struct route route; /* if the packets leave */
	unsigned int back;  /* WAY_FILTERED: the interface by which answers would be let in, or 0 */
};

/* The way that packets of one family take without bindto. */
struct unpinned_way {
	int error; /* 0, or -errno if there is no route */
	struct route route;
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
	bool is_excluded; /* --exclude names it */
	enum server_reach reach;
	char *lost; /* addresses of a pool that lead out, but not to the server; NULL: none */
};

enum { SERVERS_MAX = 3 /* MAXNS in resolv.h */ };

struct explanation {
	const struct options *options;
	const struct pin *pin;
	const struct target *target; /* target_judge() has judged it */
	enum engine engine;
	char *library; /* the value for LD_PRELOAD; NULL without a library */
	struct network network;
	struct route_list routes;
	struct way *ways; /* first those of IPv4; of each family one or more */
	size_t way_count;
	struct unpinned_way unpinned[2]; /* [false]: of IPv6, [true]: of IPv4 */
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

/* Does an ip-rule(8) look at the mark? Returns 1, 0 or -errno; -ENODATA without --mark. */
int explain_mark_rule(const struct explanation *explanation);

/* Returns an interface's name, or "?" if it is gone. */
const char *explain_name(const struct explanation *explanation, unsigned int ifindex);

/* Returns the interface that has the address, or NULL. */
const struct interface *explain_owner(const struct explanation *explanation, const struct ip *ip);

/* Do the packets leave this host? */
bool explain_leaves(const struct way *way);

/* Can two ways be told in one sentence, because only the source differs? */
bool explain_is_alike(const struct way *a, const struct way *b);

/* Is there no way before this one that is like it? */
bool explain_is_first(const struct explanation *explanation, const struct way *way);

/* Returns the pinned address or prefix. To be freed. */
char *explain_source(const struct way *way);

/* Lists the sources of this way and of those behind it that are like it. To be freed. */
char *explain_sources(const struct explanation *explanation, const struct way *way);

/* Returns the way that sockets of the family take now, as far as they can choose. */
const struct way *explain_taken(const struct explanation *explanation, bool is_v4);

/* A service address on lo or a dummy has no link of its own. It rightly leaves by another one. */
bool explain_has_no_link(const struct interface *interface);

/* Returns "is down", "has no carrier" or "is dormant". */
const char *explain_lack(const struct interface *interface);

/* Each of these fills in its part and adds its findings. */
void explain_ways(struct explanation *explanation);
void explain_uplinks(struct explanation *explanation); /* after explain_ways() */
void explain_names(struct explanation *explanation);
void explain_engine(struct explanation *explanation);

void explain_print_text(const struct explanation *explanation, bool is_colored);
void explain_print_json(const struct explanation *explanation);

/* Returns the name of a pool's member, an interface or an address. The caller frees it. */
char *explain_member(const struct member *member);

#endif
