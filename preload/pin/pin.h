/* SPDX-License-Identifier: MIT */
/*
 * What a pin does to a socket, as pure functions: facts about the socket and an address in, a
 * verdict out. No system call, no allocation, no global. Carrying a verdict out is apply.h's part.
 */
#ifndef BINDTO_PIN_H
#define BINDTO_PIN_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pin/path.h"
#include "pin/setting.h"
#include "pin/sockaddr.h"

enum pin_mode {
	PIN_REFUSED, /* no pin for this family: held to loopback */
	PIN_ANY,     /* only the ports are pinned: the kernel chooses the source address */
	PIN_ADDRESS, /* pinned to ip */
};

struct pin_source {
	enum pin_mode mode;
	struct ip ip;
	uint32_t scope; /* of a link-local address, else 0 */
};

enum reach {
	REACH_REMOTE,
	REACH_LOOPBACK, /* 127.0.0.0/8, ::1 */
	REACH_OWN,      /* another address of this host */
	REACH_EXCLUDED, /* --exclude */
};

/* Destinations that are not simply remote; REACH_OWN ones are of full length. */
struct prefix {
	struct ip ip;
	uint8_t length; /* in bits of the 16-byte form: 96 more than an IPv4 prefix length */
	enum reach reach;
	unsigned int ifindex; /* REACH_OWN: the interface that has the address */
};

/* Which datagrams to a family's peers a born-pinned socket sends rightly by itself. */
enum pin_sends {
	SENDS_JUDGED,       /* none for sure: pin_on_send() is asked */
	SENDS_NOT_LOOPBACK, /* all but those to loopback */
	SENDS_REMOTE,       /* those to REACH_REMOTE */
	SENDS_ALL,
};

/* Whether the supervisor of the default engine may look into the processes that it supervises. */
enum pin_look {
	LOOK_UNTIL_FORBIDDEN, /* into those that do not forbid it */
	LOOK_ALWAYS,
	LOOK_NEVER,
};

/* What travels with a pin into the program. No verdict on a socket depends on it. */
struct pin_carried {
	bool verbose;                 /* -v */
	enum pin_look looks;          /* matters if the pin is gated */
	struct encoded_path log;      /* --log: the file that events go to */
	struct encoded_path launcher; /* bindto itself: the library puts it in front of a program */
};

/* What a verdict depends on. */
struct pin {
	struct pin_source v4, v6;
	/* By the family of the peer's name, settled by pin_settle_sends(); mapped: AF_INET6,
	 * v4-mapped. */
	enum pin_sends sends_v4, sends_mapped, sends_v6;
	unsigned int ifindex; /* 0: no interface is pinned */
	char ifname[IF_NAMESIZE];
	bool follows;      /* the addresses are whatever the interface has, not given by the user */
	bool is_refreshed; /* pin_refresh(): the interface's in exempt may be those of before */
	uint16_t port_low, port_high; /* 0: no range */
	bool ports_by_kernel;         /* the range lies within ip_local_port_range (fact 3) */
	bool v6only;                  /* what the kernel makes IPv6 streams with, see birth.h */
	bool localnet;                /* route_localnet is on: 127.0.0.1 holds nothing back */
	bool leaves_v6only;           /* its own is left to birth_settle() */
	bool inherits; /* the program was started with datagram sockets that are not pinned */
	bool gated;    /* library and supervisor together, see preload/gate.h */
	struct endpoint dns_v4, dns_v6; /* --dns (supervising); port 0: none */
	bool excludes;                  /* some of exempt are REACH_EXCLUDED */
	const struct prefix *exempt;    /* in order once settled, see exempt.h: */
	size_t excluded_v4, excluded;   /* ... so many IPv4 exclusions, then IPv6's up to this */
	size_t exempt_count;
	struct pin_settings settings;
	struct pin_carried carried;
};

/* What the kernel says of a socket; asked anew whenever it is needed (facts_read() in facts.h). */
struct facts {
	sa_family_t domain;    /* AF_INET or AF_INET6 */
	int type;              /* SOCK_STREAM, SOCK_DGRAM, SOCK_RAW */
	bool v6only;           /* IPV6_V6ONLY */
	unsigned int device;   /* SO_BINDTOIFINDEX, 0 if no interface is pinned */
	struct endpoint local; /* getsockname(2): port 0 while no port is taken */
	/*
	 * What apply.c finds out only when a verdict asks for another address or port, and then
	 * asks for the verdict again: a socket that is fixed or connected cannot be bound anew.
	 */
	bool is_fixed;     /* its port is the program's own choice, or it is a stream with a port */
	bool is_connected; /* to a peer that it has to keep */
	bool is_peer_gone; /* the peer was an address of this host, and is not any more */
	bool is_ping;      /* a ping socket of IPv6, which takes no message by way of lo */
};

/* An IP_PKTINFO or IPV6_PKTINFO message for one datagram: it travels with the packet, so that the
 * socket stays as it is held. */
struct choice {
	struct ip source; /* the wildcard of its family: the kernel chooses one of the interface */
	unsigned int ifindex; /* 0: as the socket has it */
};

/* What is to be done with a socket before the program's call goes on; apply.h carries it out. */
struct verdict {
	int error;           /* an errno value: the call fails with it, nothing else is done */
	bool drop_device;    /* let go of the device that the socket is bound to */
	bool is_birth;       /* of a stream: rebind leaves options to be undone later (birth.h) */
	bool rebind;         /* bind source */
	bool choose_port;    /* bind source to a port of the range, one by one */
	bool share_ports;    /* if none is free, share one that has another peer (connect) */
	bool set_unicast;    /* IP_UNICAST_IF becomes unicast */
	bool set_unicast_v6; /* IPV6_UNICAST_IF becomes unicast_v6 */
	bool set_multicast;  /* IP_MULTICAST_IF and IPV6_MULTICAST_IF become the pin's interface */
	bool set_device;     /* SO_BINDTOIFINDEX becomes device */
	bool replaces_peer;  /* what the socket is connected to does not matter any more */
	bool needs_live_pin; /* the kernel chooses the source: is the pinned one still there? */
	bool override;       /* this one datagram needs a control message with choice */
	bool overrides_source; /* ... which also replaces a source that the program named */
	bool drops_name;       /* the datagram goes without the peer that it names */
	enum reach reach;      /* where the peer is; of one that is not looked at, REACH_REMOTE */
	unsigned int unicast, unicast_v6, device;
	struct endpoint source;
	struct choice choice;
};

/* socket(2)'s type without its flags: SOCK_STREAM and so on. */
int pin_kind_of(int type);

/*
 * Is this socket one that the pin holds? Replaces *protocol by what is made instead (MPTCP becomes
 * TCP, fact 17). Returns 1 for a socket to pin, 0 for one that is none of our business, or
 * -EPROTONOSUPPORT, -ESOCKTNOSUPPORT, -EAFNOSUPPORT for one that sends over IP and cannot be held.
 */
int pin_on_protocol(int domain, int type, int *protocol);

/* Where an address lies, seen from this host. The wildcard is loopback, as connect(2) has it. */
enum reach pin_reach(const struct pin *pin, const struct ip *ip);

/* Are both families pinned to addresses? */
bool pin_has_both(const struct pin *pin);

/* The address and mode for ip's family. */
const struct pin_source *pin_source_for(const struct pin *pin, const struct ip *ip);

/*
 * The same for a peer: of the addresses of an interface that the pin follows, the one that fits it
 * (RFC 6724, rule 6: a unique local address reaches no global one).
 */
struct pin_source pin_source_to(const struct pin *pin, const struct ip *peer);

/* Is ip, which a socket has, one of the pin's that fits the peer as well as pin_source_to()'s? */
bool pin_suits(const struct pin *pin, const struct ip *ip, const struct ip *peer);

/* The verdicts on socket(2) (local in facts is ignored), and if the pin cannot be applied. */
struct verdict pin_on_socket(const struct pin *pin, const struct facts *facts);
struct verdict pin_on_failed_socket(const struct pin *pin, const struct facts *facts);

/*
 * The same for programs whose calls a supervisor carries out, but of which it may come to see no
 * more than that they are made: a process can forbid to be looked into.
 *   closed: of one that can be looked into as yet. A stream, which gets its device late (fact 6),
 *           is held to loopback until then, so that a connect that goes by unseen leads nowhere.
 *   sealed: of one that cannot. All is set for remote peers, and loopback given up for it; a
 *           datagram socket of IPv6 would lose its device to connect(AF_UNSPEC), and is refused.
 */
struct verdict pin_on_closed_socket(const struct pin *pin, const struct facts *facts);
struct verdict pin_on_sealed_socket(const struct pin *pin, const struct facts *facts);

/*
 * The verdict on a socket whose process is about to forbid to be looked into (facts.is_connected
 * says whether it has a peer). An error means that it cannot be sealed.
 */
struct verdict pin_on_seal(const struct pin *pin, const struct facts *facts);

/* Is there nothing that an unseen connect, listen or datagram could do against the pin? */
bool pin_can_seal(const struct pin *pin);
/* The same for datagrams alone, of sockets that were sealed or closed. */
bool pin_can_send_unseen(const struct pin *pin);

/*
 * The verdict on bind(2) of asked. With rebind the address to bind is in source instead of asked
 * (the device is set first, so that two pinned listeners can share a port).
 */
struct verdict pin_on_bind(const struct pin *pin, const struct facts *facts,
			   const struct endpoint *asked);

/*
 * The verdict on listen(2): the device, and that on a bind of the wildcard if the socket has no
 * port yet.
 */
struct verdict pin_on_listen(const struct pin *pin, const struct facts *facts);

/* The verdict on connect(2) to peer, and on a sendto(2) with MSG_FASTOPEN. */
struct verdict pin_on_connect(const struct pin *pin, const struct facts *facts,
			      const struct endpoint *peer);

/*
 * Is connect(2) to peer right as it is for a socket whose local address is this, whatever else it
 * is? True only if pin_on_connect() has nothing to do.
 */
bool pin_connect_needs_no_facts(const struct pin *pin, const struct endpoint *local,
				const struct endpoint *peer);

/*
 * Is it the usual connect under an interface, if the socket is a stream without a device: to a
 * remote peer, from the pinned address, or for IPv4 from where a supervisor holds a stream? Then
 * *ret_verdict is pin_on_connect()'s.
 */
bool pin_connect_needs_local_only(const struct pin *pin, const struct endpoint *local,
				  const struct endpoint *peer, struct verdict *ret_verdict);

/* Does it matter whether ip is another address of this host? It may have become one just now. */
bool pin_minds_own(const struct pin *pin, const struct ip *ip);

/*
 * The verdict after a connect(2) to AF_UNSPEC, by which a datagram socket loses its device. An
 * error means that the socket cannot be held any more, and is to be shut.
 */
struct verdict pin_on_disconnect(const struct pin *pin, const struct facts *facts);

/* The verdict on a datagram to peer, for a socket that is not of SOCK_STREAM. */
struct verdict pin_on_send(const struct pin *pin, const struct facts *facts,
			   const struct endpoint *peer);

/* Sets the three sends_ by all the rest, once that has its values. */
void pin_settle_sends(struct pin *pin);

/*
 * Can a datagram to this socket address go as it is, with no fact asked? Then a born-pinned socket
 * is right, or the kernel refuses the address.
 */
bool pin_send_needs_no_facts(const struct pin *pin, const void *address, socklen_t length);

/* Are the ports of the range tried one by one, because the kernel cannot choose within it? */
bool pin_ports_one_by_one(const struct pin *pin);

/* Is anything to be told of sockets (event.h)? */
bool pin_wants_events(const struct pin *pin);

/* Is ip one that the pinned interface or address gives: the pinned one, or with it (follows)? */
bool pin_owns(const struct pin *pin, const struct ip *ip);

#endif
