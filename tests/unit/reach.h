/* SPDX-License-Identifier: MIT */
/*
 * For reach_test.c: the pins, the engines, the calls of a program, and which packets may leave.
 */
#ifndef REACH_H
#define REACH_H

#include "model_sys.h"
#include "pin/pin.h"
#include "pin/pool.h"
#include "step.h"

enum {
	REACH_PORT = 5555,
	REACH_LOW = 2000,
	REACH_HIGH = 2001,
	REACH_OPEN_LOW = 41000,
	REACH_ROOMS = 64,
	REACH_PEER_PORT = 9,
	REACH_OTHER_PORT = 53,
};

/* What a pin says of destinations. */
enum reach_rule {
	RULE_NONE,
	RULE_EXCLUDE,      /* -e X */
	RULE_EXCLUDE_PORT, /* -e X:REACH_OTHER_PORT */
	RULE_ONLY,         /* --only Y */
	RULE_ONLY_PORT,    /* --only Y:REACH_PEER_PORT */
};

#define REACH_X_V4 "192.0.2.9"
#define REACH_X_V6 "2001:db8:9::9"
#define REACH_Y_V4 "192.0.2.1"
#define REACH_Y_V6 "2001:db8:9::1"

struct reach_pin {
	const char *name;
	enum reach_rule rule;
	struct pin pin; /* as the launcher makes it, without this host's addresses */
	struct prefix room[REACH_ROOMS];
	struct member members[4];
	/* The same after wlan0 has lost its addresses, which the supervisor notices (live_pin.h). */
	struct pin after_loss;
	struct prefix room_after_loss[REACH_ROOMS];
};

/* The i-th pin, settled for the library or the supervisor; false if there is none. */
bool reach_pin_at(size_t i, bool is_supervised, struct reach_pin *ret_pin);

/* A socket, and everything else that decides about the next call. */
struct reach_state {
	struct model_socket socket;
	bool is_blind;   /* the process has made itself non-dumpable */
	bool is_sealed;  /* ... before it made the socket */
	bool has_lost;   /* wlan0 has lost its addresses */
	bool is_foreign; /* it was not born pinned, and no call has pinned it yet */
	bool is_open;    /* is_blind, and it could not be sealed: unseen connects are refused */
	/* For an engine that is_mixed: anybody, the library, an unseen call moved the socket. */
	bool is_moved, is_librarys, is_unseens;
};

/* An engine carries out a call on model_current. All return 0 or -errno. */
struct reach_engine {
	const char *name;
	bool is_supervised;
	int (*open)(const struct pin *pin, bool is_blind, int domain, enum model_kind kind);
	int (*step)(const struct pin *pin, bool is_blind, const struct step *step);
	/* The process forbids inspection; NULL if that makes no difference to the engine. */
	int (*seal)(const struct pin *pin);
	/* Library and supervisor together: the call's way decides who sees it. */
	bool is_mixed;
	int (*open_by_number)(const struct pin *pin, bool is_blind, int domain,
			      enum model_kind kind);
};

/* reach_state.is_open, of the state in which a step is made. */
extern bool reach_is_open;

extern const struct reach_engine REACH_PRELOAD, REACH_SUPERVISE, REACH_BOTH, REACH_UNPINNED;

/* The library's and the supervisor's parts of REACH_BOTH. */
int reach_by_library(const struct pin *pin, const struct step *step);
int reach_open_by_library(const struct pin *pin, int domain, enum model_kind kind);
int reach_by_supervisor(const struct pin *pin, bool is_blind, const struct step *step);
int reach_open_by_supervisor(const struct pin *pin, bool is_blind, int domain,
			     enum model_kind kind);

int reach_type_of(enum model_kind kind);
int reach_protocol_of(int domain, enum model_kind kind);

/* The calls that a program may make on such a socket. Returns how many; ret_steps has room. */
enum { REACH_MOVES_MAX = 180, REACH_WAYS = 3 };
size_t reach_moves(enum reach_rule rule, int domain, enum model_kind kind, struct step *ret_steps);

/* NULL if this packet may leave, or what is wrong with it. is_blind: see reach_state. */
const char *reach_judge(const struct reach_pin *pin, bool is_blind,
			const struct model_packet *packet);

#endif
