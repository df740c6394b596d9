/* SPDX-License-Identifier: MIT */
/*
 * The pin, and the verdicts: what it does to a socket at each call. All are pure functions: facts
 * about the socket and an address go in, a verdict comes out. They make no system call, allocate
 * nothing and have no global, so that launcher, library and supervisor decide alike and tests can
 * try every case. socket/apply.h carries a verdict out.
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
	PIN_REFUSED, /* the family has no pin: its sockets are held to loopback */
	PIN_ANY,     /* only ports are pinned: the kernel chooses the source address */
	PIN_ADDRESS, /* the family is pinned to ip */
};

struct pin_source {
	enum pin_mode mode;
	struct ip ip;
	uint32_t scope; /* sin6_scope_id if ip is link-local, else 0 */
};

enum reach {
	REACH_REMOTE,
	REACH_LOOPBACK, /* 127.0.0.0/8, ::1 */
	REACH_OWN,      /* another address of this host */
	REACH_EXCLUDED, /* the user leaves it unpinned (--exclude, --only) */
};

/*
 * Addresses that the pin treats in another way: destinations that --exclude (REACH_EXCLUDED) or
 * --only (REACH_REMOTE) names, and this host's own addresses (REACH_OWN), of the full length, 128.
 */
struct prefix {
	struct ip ip;
	uint8_t length; /* in bits of the 16-byte form: 96 more than an IPv4 prefix length */
	enum reach reach;
	unsigned int ifindex;         /* REACH_OWN: the interface that has the address */
	uint16_t port_low, port_high; /* of a destination; 0: all ports, and what has no port */
	uint32_t group, wider;        /* belong to exempt.c */
};

/* How a socket gets its source from a pool (pin/pool.h). */
enum pick {
	PICK_FIRST, /* the first that can be used now */
	PICK_RANDOM,
	PICK_ROUND_ROBIN, /* the next one for each socket */
	PICK_STICKY,      /* always the same for a peer */
	PICK_COUNT,
};

struct member;

/* Which datagrams a socket sends rightly as it was born, so that nobody has to judge them. */
enum pin_sends {
	SENDS_JUDGED,       /* perhaps none: ask pin_on_send() about each */
	SENDS_NOT_LOOPBACK, /* all but those to loopback */
	SENDS_REMOTE,       /* those to remote peers (REACH_REMOTE) */
	SENDS_ALL,
};

/* May the supervisor of the default engine inspect the processes that it supervises? */
enum pin_look {
	LOOK_UNTIL_FORBIDDEN, /* yes, until a process forbids it (PR_SET_DUMPABLE, fact 12) */
	LOOK_ALWAYS,
	LOOK_NEVER,
};

/* What travels with a pin into the program. No verdict depends on it. */
struct pin_carried {
	bool verbose;                 /* -v */
	enum pin_look looks;          /* matters only if the pin is gated */
	struct encoded_path log;      /* --log: the file that the events are written to */
	struct encoded_path launcher; /* bindto itself: call_exec.c puts it in front of a program */
};

/* What a verdict depends on. */
struct pin {
	struct pin_source v4, v6;
	/*
	 * Set by pin_settle_sends(), one for each family of the name that a datagram's peer has:
	 * AF_INET, AF_INET6 with a v4-mapped address, AF_INET6.
	 */
	enum pin_sends sends_v4, sends_mapped, sends_v6;
	unsigned int ifindex; /* 0: no interface is pinned */
	char ifname[IF_NAMESIZE];
	uint32_t network; /* the network namespace of the interface (sys_network()); 0: unknown */
	bool follows; /* the addresses are whatever the interface has; the user named only that */
	bool is_refreshed; /* by pin_refresh(): the interface's addresses in exempt may be old */
	uint16_t port_low, port_high; /* 0: no range */
	bool ports_by_kernel;         /* the range lies within ip_local_port_range (fact 3) */
	bool v6only;                  /* IPV6_V6ONLY of a new IPv6 stream, see birth_v6only() */
	bool localnet;                /* route_localnet is on: binding to 127.0.0.1 holds nothing */
	bool leaves_v6only;           /* a stream's IPV6_V6ONLY is left to birth_settle() */
	bool keeps_listeners;         /* --listen=keep: bind and listen move no stream */
	bool inherits;                /* the program was started with unpinned datagram sockets */
	bool views;                   /* --view=pin, see view.h */
	bool views_alone;             /* the library alone sees to that */
	bool gated;                   /* library and supervisor work together, see gate.h */
	struct endpoint dns_v4, dns_v6; /* --dns, only under a supervisor; port 0: none */
	bool excludes;                  /* some destinations are unpinned (--exclude, --only) */
	bool minds_ports;               /* set by exempt_settle(): some depend on the port */
	const struct prefix *exempt;    /* sorted by exempt_settle(), in five parts: */
	size_t excluded_v4;             /* IPv4 exclusions lie in front of this index, */
	size_t excluded;                /* IPv6 exclusions between excluded_v4 and this one, */
	size_t only_v4;                 /* behind them the IPv4 destinations of --only, */
	size_t own;                     /* then those of IPv6, and from this index on */
	size_t exempt_count;            /* this host's own addresses */
	const struct member *members;   /* of a pool (pin/pool.h); v4 and v6 then tell which */
	size_t member_count;            /* families it has, and the interface is the first one's */
	enum pick pick;
	bool is_member; /* pool_take(): the socket may have had another interface's source before */
	struct pin_settings settings;
	struct pin_carried carried;
};

/* What the kernel says about a socket. facts_read() in facts.h asks anew each time. */
struct facts {
	sa_family_t domain;    /* AF_INET or AF_INET6 */
	int type;              /* SOCK_STREAM, SOCK_DGRAM, SOCK_RAW */
	bool v6only;           /* IPV6_V6ONLY */
	unsigned int device;   /* SO_BINDTOIFINDEX; 0: it has none */
	struct endpoint local; /* getsockname(2); port 0: the socket has none yet */
	/*
	 * These cost system calls of their own. apply.c first asks for a verdict without them,
	 * finds them out if that verdict depends on them, and then asks again. A socket that is
	 * fixed or connected cannot be bound again.
	 */
	bool is_fixed;     /* it must keep its port: the program chose it, or it is a stream's */
	bool is_connected; /* it has a peer that it must keep */
	bool is_peer_gone; /* the peer was an address of this host, and no longer is */
	bool is_ping;      /* a ping socket: one of IPv6 cannot send by way of lo (fact 14) */
};

/*
 * What an IP_PKTINFO or IPV6_PKTINFO message says. The message travels with one datagram, so the
 * socket itself stays held as it is.
 */
struct choice {
	struct ip source;     /* a wildcard: the kernel chooses one of the interface's addresses */
	unsigned int ifindex; /* 0: whichever the socket itself uses */
};

/* What must be done to a socket before the program's call may go on. apply.h carries it out. */
struct verdict {
	int error;             /* an errno value: the call fails with it, nothing else is done */
	bool drop_device;      /* let go of the socket's device */
	bool is_birth;         /* of a stream: rebind leaves options to undo later (birth.h) */
	bool rebind;           /* bind to source */
	bool choose_port;      /* bind to source, trying the ports of the range one by one */
	bool share_ports;      /* if none is free, share one with a socket that has another peer */
	bool set_unicast;      /* set IP_UNICAST_IF to unicast */
	bool set_unicast_v6;   /* set IPV6_UNICAST_IF to unicast_v6 */
	bool set_multicast;    /* set IP_MULTICAST_IF, IPV6_MULTICAST_IF to the pin's interface */
	bool set_device;       /* set SO_BINDTOIFINDEX to device */
	bool replaces_peer;    /* a connect: the peer that the socket has need not be kept */
	bool needs_live_pin;   /* the kernel chooses the source: check_verdict() looks if it can */
	bool override;         /* send this datagram with a control message that holds choice */
	bool overrides_source; /* choice.source replaces even a source that the program named */
	bool drops_name;       /* send the datagram without the peer that it names */
	enum reach reach;      /* where the peer is; REACH_REMOTE if that was not looked at */
	unsigned int unicast, unicast_v6, device;
	struct endpoint source;
	struct choice choice;
};

/* Returns the type in socket(2)'s second argument, without its flags: SOCK_STREAM and so on. */
int pin_kind_of(int type);

/*
 * Does the pin hold a socket of this kind? Returns 1 if so; 0 if the socket does not send over IP,
 * so that bindto leaves it alone; -EPROTONOSUPPORT, -ESOCKTNOSUPPORT or -EAFNOSUPPORT if it sends
 * over IP and cannot be held. Sets *protocol to the protocol to use instead: MPTCP becomes TCP
 * (fact 17).
 */
int pin_on_protocol(int domain, int type, int *protocol);

/*
 * Where is the address, seen from this host? A wildcard is loopback, as connect(2) takes it. port
 * is 0 for a socket without ports: then a port of --exclude or --only never lets it go.
 */
enum reach pin_reach(const struct pin *pin, const struct ip *ip, uint16_t port);

/* Are both families pinned to addresses? */
bool pin_has_both(const struct pin *pin);

/*
 * Does the device alone hold the sockets, from birth on, as in a VRF? Then the kernel chooses the
 * source among the addresses that the device reaches, and takes no address before the device (fact
 * 39). What is loopback or an address of this host elsewhere, is not so behind the device.
 */
bool pin_is_by_device(const struct pin *pin);

/* Are only ports pinned, so that the kernel chooses the source and the uplink? */
bool pin_is_ports_only(const struct pin *pin);

/*
 * Is IPv4 refused, and may an IPv6 socket stay on the wildcard, where it would reach IPv4's peers as
 * well (by v4-mapped addresses)? Then IPV6_V6ONLY keeps it from them, from birth on.
 */
bool pin_is_v6_alone(const struct pin *pin);

/* May the IPv6 socket reach IPv4's peers, too? From an IPv6 address it does not (fact 4). */
bool pin_is_dual(const struct facts *facts);

/* Returns the pin of ip's family. */
const struct pin_source *pin_source_for(const struct pin *pin, const struct ip *ip);

/*
 * Returns the pin's source for this peer. If the pin follows its interface, that may be another of
 * the interface's addresses which fits the peer better (RFC 6724, rule 6: a unique local address
 * reaches no global one).
 */
struct pin_source pin_source_to(const struct pin *pin, const struct ip *peer);

/*
 * Does the pin own ip, an address that a socket has, and does ip fit the peer as well as
 * pin_source_to()'s?
 */
bool pin_suits(const struct pin *pin, const struct ip *ip, const struct ip *peer);

/* What to do to a new socket. facts->local is ignored. */
struct verdict pin_on_socket(const struct pin *pin, const struct facts *facts);
/*
 * What to do if that failed: the socket is bound to 127.0.0.1, or to ::1 on lo, and reaches no
 * other host.
 */
struct verdict pin_on_failed_socket(const struct pin *pin, const struct facts *facts);

/*
 * The same under a supervisor. A process can forbid to be inspected. From then on the supervisor
 * sees that the process makes a call, but not the call's address, and it has to let the call pass.
 * Returns what to do to a new socket
 *   closed   if the process may still be inspected. A stream gets its device late (fact 6), so
 *            until then it is held to loopback: a connect that passes unseen reaches nobody else.
 *   sealed   if the process may not be inspected. All is set for remote peers, so that the socket
 *            no longer reaches loopback. An IPv6 datagram socket would lose its device to a
 *            connect(AF_UNSPEC), so it is bound to ::ffff:127.0.0.1, which has no peer (fact 9).
 */
struct verdict pin_on_closed_socket(const struct pin *pin, const struct facts *facts);
struct verdict pin_on_sealed_socket(const struct pin *pin, const struct facts *facts);

/*
 * What to do to a socket whose process is about to forbid to be inspected. facts->is_connected must
 * say whether the socket has a peer. An error in the verdict means that the socket cannot be
 * sealed.
 */
struct verdict pin_on_seal(const struct pin *pin, const struct facts *facts);

/* Do sealed sockets keep to the pin whatever connect, listen or datagram passes unseen? */
bool pin_can_seal(const struct pin *pin);
/* Do sealed and closed sockets keep to the pin whatever datagram passes unseen? */
bool pin_can_send_unseen(const struct pin *pin);

/*
 * What bind(2) to asked becomes. If the verdict has rebind, the address to bind is in its source,
 * in place of asked. The device is set before that bind, so that two pinned listeners can share a
 * port.
 */
struct verdict pin_on_bind(const struct pin *pin, const struct facts *facts,
			   const struct endpoint *asked);

/* What to do before listen(2): set the device, and bind to the wildcard if there is no port yet. */
struct verdict pin_on_listen(const struct pin *pin, const struct facts *facts);

/* What to do before connect(2) to peer, or before sendto(2) to it with MSG_FASTOPEN. */
struct verdict pin_on_connect(const struct pin *pin, const struct facts *facts,
			      const struct endpoint *peer);

/*
 * Is connect(2) to peer right for a socket that is bound to local, whatever else is true of it?
 * Returns true only if pin_on_connect() would do nothing.
 */
bool pin_connect_needs_no_facts(const struct pin *pin, const struct endpoint *local,
				const struct endpoint *peer);

/*
 * Judges the usual connect under an interface, for a stream that has no device: to a remote peer,
 * from the pinned address, or (IPv4) from the 127.0.0.1 where a supervisor holds a closed stream.
 * If it is such a connect, returns true and sets *ret_verdict to pin_on_connect()'s verdict.
 */
bool pin_connect_needs_local_only(const struct pin *pin, const struct endpoint *local,
				  const struct endpoint *peer, struct verdict *ret_verdict);

/* Would the verdict differ if ip were an address of this host? It may have become one just now. */
bool pin_minds_own(const struct pin *pin, const struct ip *ip);

/*
 * What to do after connect(2) to AF_UNSPEC, by which a datagram socket loses its device. An error
 * in the verdict means that the socket can no longer be held, and must be shut.
 */
struct verdict pin_on_disconnect(const struct pin *pin, const struct facts *facts);

/* What to do before a datagram is sent to peer. Not for streams. */
struct verdict pin_on_send(const struct pin *pin, const struct facts *facts,
			   const struct endpoint *peer);

/*
 * Sets pin->sends_v4, sends_mapped and sends_v6. Call it when all other fields have their values.
 */
void pin_settle_sends(struct pin *pin);

/*
 * May a datagram to this socket address go without any fact being asked? Returns true if a socket
 * sends it rightly as it was born, or if the kernel refuses the address.
 */
bool pin_send_needs_no_facts(const struct pin *pin, const void *address, socklen_t length);

/* Must the ports of the range be tried one by one, because the kernel cannot choose within it? */
bool pin_ports_one_by_one(const struct pin *pin);

/* Does the user want to be told about sockets (-v or --log, event.h)? */
bool pin_wants_events(const struct pin *pin);

/* Is ip the pinned address or, if the pin follows its interface, any address of that interface? */
bool pin_owns(const struct pin *pin, const struct ip *ip);

#endif
