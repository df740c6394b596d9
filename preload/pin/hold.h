/* SPDX-License-Identifier: MIT */
/*
 * Ways to hold a socket to the pin's interface or to loopback, or to let it go for an exempt peer.
 * The verdicts on bind, connect and datagrams share them. Pure functions, like those verdicts.
 */
#ifndef BINDTO_HOLD_H
#define BINDTO_HOLD_H

#include "pin/pin.h"

/* The loopback interface has this index in every network namespace (include/net/flow.h). */
#define LOOPBACK_IFINDEX 1

enum hold_state {
	HOLD_UNCONNECTED, /* its next datagrams may go to exempt peers as well */
	HOLD_CONNECTED,   /* it has a remote peer, or an address that the program bound */
};

/* Holds the socket to the pin's interface, by its device or by IPv4's unicast interface. */
void hold_pin(const struct pin *pin, const struct facts *facts, enum hold_state state,
	      struct verdict *verdict);

/*
 * Holds a socket that has or gets a loopback address, so that it reaches no other host from there.
 */
void hold_loopback(const struct pin *pin, const struct facts *facts, struct verdict *verdict);

/*
 * Lets the socket go for an exempt peer. unicast: LOOPBACK_IFINDEX if the peer is an address of
 * this host, 0 if the user excluded it.
 */
void hold_none(const struct pin *pin, const struct facts *facts, unsigned int unicast,
	       struct verdict *verdict);

/*
 * Sets the unicast interfaces of a datagram socket to lo. It is meant for a socket that has another
 * source than the pin's, or none: what it sends reaches this host at most.
 */
void hold_to_lo(const struct facts *facts, struct verdict *verdict);

/*
 * Holds a datagram socket on the wildcard, if the pin follows its interface. It has no device, so
 * that it hears this host; its unicast interfaces send everything else by the pin's interface.
 */
void hold_by_unicast(const struct pin *pin, const struct facts *facts, struct verdict *verdict);

/*
 * Did the program bind the socket to a device other than lo, as it may if no interface is pinned?
 */
bool hold_is_away(const struct pin *pin, const struct facts *facts);

/* Can the socket not be bound again, because it must keep its port or its peer? */
bool hold_must_stay(const struct facts *facts);

/*
 * Has the verdict bind the socket to ip, unless it has that source already. Returns false, and
 * leaves the verdict as it is, if the socket must stay.
 */
bool hold_source(const struct facts *facts, const struct ip *ip, uint32_t scope,
		 struct verdict *verdict);

/*
 * Does so with the wildcard if the socket is on loopback, from which it reaches no other host, unless
 * the device alone holds it.
 */
bool hold_leave_loopback(const struct pin *pin, const struct facts *facts, struct verdict *verdict);

/* Returns the errno value that the kernel gives if a socket has no source that reaches the peer. */
int hold_no_source(const struct facts *facts, const struct endpoint *peer);

/* Returns the wildcard of the socket's family. */
const struct ip *hold_wildcard(const struct facts *facts);

/* Is the socket on a wildcard (::, 0.0.0.0 or ::ffff:0.0.0.0) and has it a port? */
bool hold_is_open(const struct facts *facts);

/* Does the endpoint's scope id (sin6_scope_id) name a link that is neither the pin's nor lo? */
bool hold_is_other_link(const struct pin *pin, const struct endpoint *endpoint);

/*
 * Is the socket on a link-local address that it has to keep, while the peer is an address that this
 * host has on another link? The kernel would take the sender to be on that link, and what it sends
 * by itself in answer (ICMP) would leave there.
 */
bool hold_is_astray(const struct pin *pin, const struct facts *facts, const struct endpoint *peer);

/* Is it a datagram socket that reaches both families, and are both pinned to addresses? */
bool hold_is_dual(const struct pin *pin, const struct facts *facts);

/* The peer's port, or 0 if the socket has no ports: what it calls one says nothing. */
uint16_t hold_port(const struct facts *facts, const struct endpoint *peer);

/*
 * Where is the peer for this socket? As pin_reach() says, except that loopback is remote under a
 * pin to loopback, and an address of this host counts as another host's if it is gone or on another
 * link.
 */
enum reach hold_reach(const struct pin *pin, const struct facts *facts,
		      const struct endpoint *peer);

/*
 * Does the socket reach the peer by IPv4? If an IPv6 socket stays bound to a v4-mapped address, the
 * kernel takes a wildcard as its peer for 127.0.0.1 (ip6_datagram_connect()).
 */
bool hold_is_v4(const struct facts *facts, const struct endpoint *peer);

/*
 * Is the socket on IPv6's wildcard, and does the peer seem to have left this host? The host may
 * still have the address (a tentative one cannot be bound either, so it looks gone), and then the
 * kernel would choose that very address as the source.
 */
bool hold_is_doubtful(const struct facts *facts, const struct endpoint *peer);

/* Does a socket on a group's address keep the pin's device? */
bool hold_keeps_group(const struct pin *pin, const struct facts *facts);

/* Is the socket on a group's address without a device, so that only hold_to_lo() can hold it? */
bool hold_is_on_group(const struct pin *pin, const struct facts *facts);

/* Is the peer v4-mapped, and the socket a raw one of IPv6? Such a socket has no IPv4 side. */
bool hold_is_raw_mapped(const struct facts *facts, const struct endpoint *peer);

/* Does the kernel send from this socket to such a peer at all? If not, the kernel says why. */
bool hold_can_reach(const struct facts *facts, const struct endpoint *peer);

/*
 * Lets the socket reach an address of this host in a family that is pinned to no address. If the
 * family is refused, the socket is bound to that same address, which is a local one, so nothing
 * leaves the host; and if the program gave it a device that would take the packets out, the verdict
 * is ENETUNREACH.
 */
void hold_own_unpinned(const struct pin *pin, const struct facts *facts,
		       const struct endpoint *peer, struct verdict *verdict);

/* What a call does for one kind of peer. */
typedef void hold_way(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		      struct verdict *verdict);

struct hold_ways {
	hold_way *to_remote, *to_loopback, *to_own;
};

/* Fills in the verdict, by verdict->reach and by the port range. */
void hold_for_peer(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		   const struct hold_ways *ways, struct verdict *verdict);

/* Must this socket's ports be tried one by one? Raw sockets have none. */
bool hold_ports_one_by_one(const struct pin *pin, const struct facts *facts);

#endif
