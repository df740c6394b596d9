/* SPDX-License-Identifier: MIT */
/*
 * How a socket is held to the pin's interface, to loopback, or let go for an exempt peer: what the
 * verdicts on bind, connect and datagrams share. Pure, like them.
 */
#ifndef BINDTO_HOLD_H
#define BINDTO_HOLD_H

#include "pin/pin.h"

/* The loopback interface has this index in every network namespace (include/net/flow.h). */
#define LOOPBACK_IFINDEX 1

enum hold_state {
	HOLD_UNCONNECTED, /* the next datagrams may go to exempt peers too */
	HOLD_CONNECTED,
};

void hold_pin(const struct pin *pin, const struct facts *facts, enum hold_state state,
	      struct verdict *verdict);
void hold_loopback(const struct pin *pin, const struct facts *facts, struct verdict *verdict);
/* For a peer that is exempt: unicast is LOOPBACK_IFINDEX for this host's own, 0 for an excluded. */
void hold_none(const struct pin *pin, const struct facts *facts, unsigned int unicast,
	       struct verdict *verdict);
/* A datagram socket whose source is not the pin's, or none: it reaches this host at most. */
void hold_to_lo(const struct facts *facts, struct verdict *verdict);
/*
 * A datagram socket on the wildcard, of a pin that follows its interface: without a device, so that
 * it hears this host, and with the unicast interfaces, so that everything else leaves by the pin.
 */
void hold_by_unicast(const struct pin *pin, const struct facts *facts, struct verdict *verdict);

/* Has the program itself bound the socket to an uplink, as it may if no interface is pinned? */
bool hold_is_away(const struct pin *pin, const struct facts *facts);

/*
 * Asks for the source address ip, unless the socket has it. Returns false if the socket cannot be
 * bound again; nothing is asked for then.
 */
bool hold_source(const struct facts *facts, const struct ip *ip, uint32_t scope,
		 struct verdict *verdict);

/* The same for the wildcard, if the socket is on loopback, which is no source for other hosts. */
bool hold_leave_loopback(const struct facts *facts, struct verdict *verdict);

/* What the kernel says of a peer to a socket that cannot have a source for it. */
int hold_no_source(const struct facts *facts, const struct endpoint *peer);

/* The wildcard of the socket's family. */
const struct ip *hold_wildcard(const struct facts *facts);

/* Is the socket on a wildcard, in either family's form, with a port? */
bool hold_is_open(const struct facts *facts);

/* Does the endpoint name (by sin6_scope_id) another link than the pinned interface and lo? */
bool hold_is_other_link(const struct pin *pin, const struct endpoint *endpoint);

/*
 * Is the socket for good on a link-local address, and the peer this host's own on another link? The
 * kernel takes that link for the sender's, and what it answers by itself (ICMP) would leave there.
 */
bool hold_is_astray(const struct pin *pin, const struct facts *facts, const struct endpoint *peer);

/* Are both families pinned to addresses, and the socket one that reaches both? */
bool hold_is_dual(const struct pin *pin, const struct facts *facts);

/* Where the peer is, as far as this socket and its pin are concerned. */
enum reach hold_reach(const struct pin *pin, const struct facts *facts,
		      const struct endpoint *peer);

/*
 * Is the peer reached by IPv4? An IPv6 socket that is bound to a v4-mapped address, and stays
 * there, reaches 127.0.0.1 by the name of the wildcard (ip6_datagram_connect()).
 */
bool hold_is_v4(const struct facts *facts, const struct endpoint *peer);

/*
 * Is the socket on IPv6's wildcard, and the peer an address that seems to have left this host?
 * Should it be there still (a tentative one cannot be bound either), the kernel would take it for
 * the source.
 */
bool hold_is_doubtful(const struct facts *facts, const struct endpoint *peer);

/* Is it on a group's address that only the unicast interface holds (hold_to_lo())? */
bool hold_is_on_group(const struct pin *pin, const struct facts *facts);

/* Is it a raw IPv6 socket's v4-mapped peer? That one is IPv6's, and no address of any pin. */
bool hold_is_raw_mapped(const struct facts *facts, const struct endpoint *peer);

/* Does the kernel send there? If not, it says why. */
bool hold_can_reach(const struct facts *facts, const struct endpoint *peer);

/*
 * To an address of this host in a family that is refused: from the very address, which is a local
 * one, so that nothing leaves, unless a device that the program chose takes it out.
 */
void hold_refused(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		  struct verdict *verdict);

/* What a call does for a peer that is not excluded. */
typedef void hold_way(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		      struct verdict *verdict);

struct hold_ways {
	hold_way *to_remote, *to_loopback, *to_own;
};

/* Fills the verdict by where its reach says that the peer is, and by the port range. */
void hold_for_peer(const struct pin *pin, const struct facts *facts, const struct endpoint *peer,
		   const struct hold_ways *ways, struct verdict *verdict);

/* Must ports of the range be tried one by one, since the kernel cannot confine its choice? */
bool hold_ports_one_by_one(const struct pin *pin, const struct facts *facts);

#endif
