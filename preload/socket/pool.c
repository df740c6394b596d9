/* SPDX-License-Identifier: MIT */
/*
 * Chooses the first member that can be used, in the order that pin/pool.c gives. Whatever is chosen,
 * the socket is held to that one member, so that a wrong choice costs a connection and leaks nothing.
 */
#include "socket/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pin/pool.h"
#include "socket/check.h"
#include "socket/facts.h"
#include "socket/refresh.h"
#include "socket/sys.h"
#include "socket/uplink.h"

struct choice_of_member {
	int fd;
	const struct pin *pin;
	const struct facts *facts;
	const struct ip *peer; /* of another host; NULL if there is none */
	const struct ip *own;  /* what the socket is bound to, or asks to be bound to */
	bool is_v4;            /* the family that is needed now */
	bool is_new;           /* the socket was made this moment */
	bool is_other;         /* it is the other family, which may be needed later */
	bool draws;            /* the socket gets its source now, and had none before */
};

/*
 * The kernel gives each socket a number of its own (SO_COOKIE, Linux 4.6), so that the choice for a
 * socket is always the same. Round-robin counts the streams of a process instead; a datagram socket
 * of both families may need its second source later, when the count has gone on. The process's
 * number keeps processes that make one connection each from choosing the same.
 */
static uint64_t seed_of(const struct choice_of_member *choice)
{
	static _Atomic uint32_t counts[2];
	bool is_counted = choice->draws && choice->facts->type == SOCK_STREAM;
	if (choice->pin->pick != PICK_ROUND_ROBIN)
		return pool_mix(sys_cookie(choice->fd));
	if (!is_counted)
		return sys_cookie(choice->fd);
	uint32_t count = atomic_fetch_add_explicit(&counts[choice->is_v4], 1, memory_order_relaxed);
	return (pool_mix((uint64_t)getpid()) >> 32) + count;
}

static struct pool_walk walk_of(const struct choice_of_member *choice)
{
	return (struct pool_walk){
		.pin = choice->pin,
		.is_v4 = choice->is_v4,
		.seed = seed_of(choice),
		.peer = choice->peer,
	};
}

static const struct pin_source *source_of(const struct pin *pin, bool is_v4)
{
	return is_v4 ? &pin->v4 : &pin->v6;
}

/*
 * Has this host the source now? An interface may have got another address, or another index because
 * it was made again; *pin then gets them.
 */
static bool has_source(int fd, struct pin *pin, bool is_v4)
{
	const struct pin_source *source = source_of(pin, is_v4);
	bool is_other = pin->ifindex != 0 && uplink_index(fd, pin->ifname) != pin->ifindex;
	bool is_missing = is_other || ip_is_wildcard(&source->ip) || !check_source(source);
	struct pin fresh;
	if (is_missing && pin->ifindex != 0 && pin_refresh(pin, &fresh) == 0) {
		*pin = fresh;
		is_missing = ip_is_wildcard(&source->ip);
	}
	return !is_missing;
}

static bool is_usable(const struct choice_of_member *choice, struct pin *pin)
{
	bool is_any = setting_is_given(&pin->settings, SETTING_FREEBIND);
	if (is_any || choice->is_other) /* with --freebind the address need not be this host's */
		return true;
	if (!pool_has_interfaces(choice->pin))
		return has_source(choice->fd, pin, choice->is_v4);
	return uplink_is_up(choice->fd, pin->ifname) &&
	       has_source(choice->fd, pin, choice->is_v4) &&
	       uplink_has_route(pin->ifindex, choice->is_v4, choice->peer);
}

/* An interface that has no address of a family yet is pinned to none: the family is refused. */
static void refuse_missing(struct pin_source *source)
{
	if (source->mode == PIN_ADDRESS && ip_is_wildcard(&source->ip))
		source->mode = PIN_REFUSED;
}

/* Gives *ret_pin the first usable member, else the first of all. */
static void choose(const struct choice_of_member *choice, struct pin *ret_pin)
{
	struct pool_walk walk = walk_of(choice);
	const struct member *first = NULL, *member;
	struct pin pin = *ret_pin;
	while ((member = pool_next(&walk))) {
		pin = *ret_pin;
		pool_take(&pin, member, &walk, NULL);
		if (is_usable(choice, &pin))
			break;
		if (!first)
			first = member;
	}
	if (!member && first) {
		pin = *ret_pin;
		pool_take(&pin, first, &walk, NULL);
	}
	*ret_pin = pin;
}

/* The unicast interface of a datagram socket that is on the wildcard, or 0. */
static unsigned int unicast_of(int fd, sa_family_t domain)
{
	int index = 0;
	int r = domain == AF_INET ? sys_get_number(fd, IPPROTO_IP, IP_UNICAST_IF, &index)
				  : sys_get_number(fd, IPPROTO_IPV6, IPV6_UNICAST_IF, &index);
	return r == 0 ? ntohl((uint32_t)index) : 0;
}

/* Returns the member that the socket has, or NULL. */
static const struct member *member_of(const struct choice_of_member *choice)
{
	const struct pin *pin = choice->pin;
	const struct facts *facts = choice->facts;
	const struct member *member = pool_with_device(pin, facts->device);
	if (!member)
		member = pool_with_ip(pin, &facts->local.ip);
	bool is_held = facts->type != SOCK_STREAM && !ip_is_multicast(&facts->local.ip);
	if (!member && pool_has_interfaces(pin) && is_held)
		member = pool_with_device(pin, unicast_of(choice->fd, facts->domain));
	return member;
}

/*
 * May the socket get another member for its peer? A raw socket never has a port, and would change
 * with each datagram.
 */
static bool may_change(const struct choice_of_member *choice)
{
	const struct facts *facts = choice->facts;
	bool has_interfaces = pool_has_interfaces(choice->pin);
	bool is_by_peer = choice->pin->pick == PICK_STICKY ||
			  (choice->pin->pick == PICK_FIRST && has_interfaces);
	bool is_stuck = facts->type == SOCK_STREAM ? facts->device != 0 /* fact 6 */
						   : facts->type == SOCK_RAW && has_interfaces;
	return choice->peer && is_by_peer && facts->local.port == 0 && !is_stuck;
}

/*
 * Does nothing tell any more which interface the socket had? A socket on a group may keep the source
 * of any interface (bind_group()), and a raw one cannot be shut if it moves only half-way. So these
 * reach no other host then.
 */
static bool is_lost(const struct choice_of_member *choice, const struct member *member)
{
	const struct facts *facts = choice->facts;
	bool is_used = facts->type == SOCK_RAW && !ip_is_wildcard(&facts->local.ip);
	return !member && !choice->is_new && pool_has_interfaces(choice->pin) &&
	       (is_used || ip_is_multicast(&facts->local.ip));
}

/* Gives *pin the source of one family. member: the one that the socket has, or NULL. */
static void settle_family(const struct choice_of_member *choice, const struct member *member,
			  struct pin *pin)
{
	if (member && pool_has_family(member, choice->is_v4)) {
		struct pool_walk walk = walk_of(choice);
		bool is_own = ip_is_v4(choice->own) == choice->is_v4;
		pool_take(pin, member, &walk, is_own ? choice->own : NULL);
	} else {
		choose(choice, pin);
	}
}

/* The neighbour of a broadcast address is none, and lies within the prefix. */
static void avoid_broadcast(struct pin_source *source)
{
	if (source->mode != PIN_ADDRESS || !uplink_is_broadcast(&source->ip))
		return;
	source->ip.bytes[15] ^= 1;
	if (uplink_is_broadcast(&source->ip))
		source->mode = PIN_REFUSED;
}

/* The pin for a socket whose member cannot be told: it reaches this host only. */
static const struct pin *refuse(const struct pin *pin, struct pin *room)
{
	*room = *pin;
	room->member_count = 0;
	room->v4.mode = room->v6.mode = PIN_REFUSED;
	return room;
}

static const struct pin *settle(struct choice_of_member *choice, const struct member *member,
				struct pin *room)
{
	if (is_lost(choice, member))
		return refuse(choice->pin, room);
	*room = *choice->pin;
	/* If no interface has the family, one is chosen by the other family. */
	if (pool_has_interfaces(choice->pin) &&
	    source_of(choice->pin, choice->is_v4)->mode != PIN_ADDRESS) {
		choice->is_v4 = !choice->is_v4;
		choice->peer = NULL;
	}
	choice->draws &= !member || !pool_has_family(member, choice->is_v4);
	settle_family(choice, member, room);
	if (!pool_has_interfaces(choice->pin)) { /* the other family has a member of its own */
		choice->is_v4 = !choice->is_v4;
		choice->peer = NULL;
		choice->draws = false;
		choice->is_other = true;
		settle_family(choice, member, room);
	}
	refuse_missing(&room->v4);
	refuse_missing(&room->v6);
	if (setting_is_given(&room->settings, SETTING_FREEBIND))
		avoid_broadcast(&room->v4);
	return room;
}

/* The family that a call without an endpoint needs. */
static bool needs_v4(const struct pin *pin, const struct facts *facts)
{
	bool is_on_v4 = ip_is_v4(&facts->local.ip) && !ip_is_wildcard(&facts->local.ip);
	return facts->domain == AF_INET || is_on_v4 || pin->v6.mode != PIN_ADDRESS;
}

static const struct pin *choose_for(struct choice_of_member *choice, enum pin_call call,
				    const struct endpoint *endpoint, struct pin *room)
{
	const struct pin *pin = choice->pin;
	bool has_peer = endpoint && call != PIN_BIND && endpoint->family != AF_UNSPEC;
	const struct member *member = NULL;
	choice->is_v4 = endpoint ? ip_is_v4(&endpoint->ip) : needs_v4(pin, choice->facts);
	uint16_t port = endpoint && choice->facts->type != SOCK_RAW ? endpoint->port : 0;
	if (has_peer && pin_reach(pin, &endpoint->ip, port) == REACH_REMOTE)
		choice->peer = &endpoint->ip;
	/* A datagram socket has its interface from birth on. */
	bool chooses = choice->facts->type == SOCK_STREAM || !pool_has_interfaces(pin);
	if (endpoint && call == PIN_BIND && chooses)
		member = pool_with_ip(pin, &endpoint->ip);
	choice->own = member ? &endpoint->ip : &choice->facts->local.ip;
	if (!member && !may_change(choice))
		member = member_of(choice);
	choice->draws = choice->peer && choice->facts->local.port == 0;
	return settle(choice, member, room);
}

int pool_for(int fd, const struct pin **pin, const struct facts *facts, enum pin_call call,
	     const struct endpoint *endpoint, struct pin *room)
{
	struct choice_of_member choice = {.fd = fd, .pin = *pin, .facts = facts};
	struct facts now;
	if (choice.pin->member_count == 0)
		return 0;
	int r = facts ? 0 : facts_read(fd, choice.pin, &now);
	if (r < 0) /* if it is no socket of ours, the call itself says what is wrong */
		return facts_is_foreign(r) ? 0 : r;
	if (!facts)
		choice.facts = &now;
	*pin = choose_for(&choice, call, endpoint, room);
	return 0;
}

const struct pin *pool_at_birth(int fd, const struct pin *pin, const struct facts *facts,
				bool waits, struct pin *room)
{
	struct choice_of_member choice = {
		.fd = fd,
		.pin = pin,
		.facts = facts,
		.own = &facts->local.ip,
		.is_v4 = needs_v4(pin, facts),
		.is_new = true,
		.draws = !waits,
	};
	return pin->member_count == 0 ? pin : settle(&choice, NULL, room);
}
