/* SPDX-License-Identifier: MIT */
/*
 * Carries verdicts out. What matters here is the order of the steps: wherever they end, what the
 * socket sends must leave by the pin or fail.
 *
 * A datagram socket of IPv4 gets its unicast interface before its device goes. It gets one by which
 * it reaches this host only after it has been bound there. IPv6 has no such hold (fact 7), so while
 * a datagram socket of IPv6 has no device it is closed: with a routing header by way of a group of
 * this host, the kernel sends nothing of it to anywhere (fact 34).
 */
#include "socket/move.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "socket/birth.h"
#include "socket/refresh.h"
#include "socket/sys.h"

static bool is_stream(const struct move *move)
{
	return move->facts.type == SOCK_STREAM;
}

static int set_unicast_v4(const struct move *move, unsigned int index)
{
	return sys_set_number(move->fd, IPPROTO_IP, IP_UNICAST_IF, (int)htonl(index));
}

/*
 * Closes the socket. The segment routing header (RFC 8754; Linux 4.10) sends its packets by way of
 * a group whose scope is this host. Such a packet leaves by no interface but lo, whatever the
 * socket's device, source or scope id (ip6_finish_output2()), and nobody on lo hears it. A raw
 * socket of IPv4, which has no such header, gets the unicast interface lo instead.
 */
static int close_socket(struct move *move)
{
	static const unsigned char by_group[] = {
		[1] = 4, /* length in units of 8 bytes, not counting the first 8 */
		[2] = 4, /* the type: segment routing */
		[3] = 1, /* segments left */
		[4] = 1, /* last entry */
		/* the first hop, ff11::b1d, behind 16 bytes for the destination */
		[24] = 0xff,
		[25] = 0x11,
		[38] = 0x0b,
		[39] = 0x1d,
	};
	bool is_raw = move->facts.type == SOCK_RAW; /* this one would lose its address as well */
	if (move->is_closed || (move->device == 0 && !is_raw))
		return 0;
	if (move->facts.domain == AF_INET && !(is_raw && move->device == 0))
		return 0;
	int r = move->facts.domain == AF_INET ? set_unicast_v4(move, LOOPBACK_IFINDEX)
					      : sys_setsockopt(move->fd, IPPROTO_IPV6, IPV6_RTHDR,
							       by_group, sizeof(by_group));
	move->is_closed = r == 0;
	return r;
}

static int open_socket(struct move *move)
{
	if (!move->is_closed)
		return 0;
	int r = 0;
	if (move->facts.domain == AF_INET6)
		r = sys_setsockopt(move->fd, IPPROTO_IPV6, IPV6_RTHDR, NULL, 0);
	else if (move->is_begun && !move->verdict.set_unicast && move->device == 0)
		r = set_unicast_v4(move, move->pin->ifindex);
	move->is_closed = r < 0;
	return r;
}

/* For a raw socket the kernel shows the protocol in place of a port. */
static int read_local(struct move *move)
{
	int r = sys_getsockname(move->fd, &move->facts.local);
	if (r == 0 && move->facts.type == SOCK_RAW)
		move->facts.local.port = 0;
	return r;
}

int move_push_pending(const struct move *move)
{
	int bytes = 0, corked = 0;
	if (move->facts.type != SOCK_DGRAM || move->facts.local.port == 0)
		return 0;
	int r = sys_ioctl(move->fd, TIOCOUTQ, &bytes);
	if (r == -ENOTTY || (r == 0 && bytes == 0)) /* a ping socket, or nothing waits */
		return 0;
	r = sys_get_number(move->fd, IPPROTO_UDP, UDP_CORK, &corked);
	if (r == 0)
		r = sys_set_number(move->fd, IPPROTO_UDP, UDP_CORK, 0);
	if (r == 0 && corked)
		r = sys_set_number(move->fd, IPPROTO_UDP, UDP_CORK, 1);
	return r == -ENOPROTOOPT ? 0 : r; /* UDP-Lite has no UDP_CORK */
}

int move_disconnect(struct move *move)
{
	/* It loses a port that the kernel chose, perhaps before the program got the socket. */
	int r = birth_take_range(move->fd, move->pin, move->facts.type);
	if (r == 0 && move->facts.type == SOCK_RAW && move->facts.domain == AF_INET &&
	    move->device != 0) {
		r = sys_set_number(move->fd, SOL_SOCKET, SO_BINDTOIFINDEX, 0);
		if (r == 0)
			move->device = 0;
	}
	if (r == 0)
		r = close_socket(move);
	if (r == 0)
		r = sys_disconnect(move->fd);
	if (r < 0)
		return r;
	move->is_begun = true;
	move->device = move->facts.device = 0;
	return read_local(move);
}

int move_loosen(struct move *move)
{
	uint16_t port = move->facts.local.port;
	bool is_mapped = move->facts.domain == AF_INET6 && ip_is_v4(&move->facts.local.ip);
	int has_peer = sys_is_connected(move->fd);
	if (has_peer < 0)
		return has_peer;
	/* A raw socket can be bound again as it is, unless it has a peer that the call replaces. */
	if (move->facts.type == SOCK_RAW && (has_peer == 0 || !move->verdict.replaces_peer)) {
		move->facts.is_connected = has_peer > 0;
		return 0;
	}
	/* The kernel lets no socket go from an IPv4 peer to an IPv6 one. */
	if (has_peer && move->verdict.replaces_peer && move->verdict.rebind && is_mapped &&
	    !ip_is_v4(&move->verdict.source.ip))
		return -EAFNOSUPPORT;
	if (has_peer && !move->verdict.replaces_peer) {
		move->facts.is_connected = true;
		return 0;
	}
	int r = move_disconnect(move);
	move->facts.is_fixed = move->facts.local.port != 0;
	move->port = move->facts.is_fixed ? 0 : port;
	return r;
}

static int drop_device(struct move *move)
{
	if (!move->verdict.drop_device || move->device == 0)
		return 0;
	if (move->facts.type == SOCK_DGRAM)
		return move_disconnect(move);
	int r = is_stream(move) ? 0 : close_socket(move);
	if (r == 0)
		r = sys_set_number(move->fd, SOL_SOCKET, SO_BINDTOIFINDEX, 0);
	if (r == 0)
		move->device = 0;
	return r;
}

static int get_device(const struct move *move, unsigned int *ret_device)
{
	int now = 0;
	int r = sys_get_number(move->fd, SOL_SOCKET, SO_BINDTOIFINDEX, &now);
	*ret_device = (unsigned int)now;
	return r;
}

/*
 * Gives the socket the pin's interface by its name. By its index, the kernel would accept an
 * interface that is gone, or take another one that has this index by now. A stream would be spoilt
 * by either: without CAP_NET_RAW its device can be set only once (fact 6). If the name now has
 * another index, the pin is stale (-ENODEV).
 */
static int set_own_device(struct move *move)
{
	const char *name = move->pin->ifname;
	unsigned int now = 0;
	int r = sys_setsockopt(move->fd, SOL_SOCKET, SO_BINDTODEVICE, name,
			       (socklen_t)strnlen(name, sizeof(move->pin->ifname)));
	if (r == 0)
		r = get_device(move, &now);
	if (r == 0)
		move->device = now;
	return r == 0 && now != move->pin->ifindex ? -ENODEV : r;
}

static int set_other_device(struct move *move, unsigned int device)
{
	int r = sys_set_number(move->fd, SOL_SOCKET, SO_BINDTOIFINDEX, (int)device);
	if (r == 0)
		move->device = device;
	return r;
}

static int set_device(struct move *move)
{
	unsigned int device = move->verdict.drop_device ? 0 : move->facts.device;
	unsigned int now = 0;
	if (move->verdict.set_device)
		device = move->verdict.device;
	if (device == move->device)
		return 0;
	int r = device == move->pin->ifindex ? set_own_device(move)
					     : set_other_device(move, device);
	/* Another thread may have set it since, or else the bind to a link-local address did. */
	if (r == -EPERM && get_device(move, &now) == 0 && now == device) {
		move->device = device;
		r = 0;
	}
	return r;
}

/* Does the socket know the options of IPPROTO_IP? A raw IPv6 socket does not (fact 1). */
static bool knows_v4(const struct move *move)
{
	return move->facts.domain == AF_INET || move->facts.type != SOCK_RAW;
}

static int set_unicast(const struct move *move)
{
	const struct verdict *verdict = &move->verdict;
	int r = 0;
	if (verdict->set_unicast && knows_v4(move))
		r = set_unicast_v4(move, verdict->unicast);
	if (r == 0 && verdict->set_unicast_v6)
		r = sys_set_number(move->fd, IPPROTO_IPV6, IPV6_UNICAST_IF,
				   (int)htonl(verdict->unicast_v6));
	return r;
}

/* In a pool, what the socket sends to groups may still go by another interface. */
static bool may_change_uplink(const struct move *move)
{
	bool has_other = move->device != 0 && move->device != move->pin->ifindex; /* EINVAL */
	return move->pin->is_member && !has_other;
}

static int set_multicast(const struct move *move)
{
	bool is_v6 = move->facts.domain == AF_INET6;
	int index = (int)move->pin->ifindex;
	int r = 0;
	if (!move->verdict.set_multicast && !may_change_uplink(move))
		return 0;
	if (knows_v4(move)) {
		struct ip_mreqn group = {.imr_ifindex = index};
		r = sys_setsockopt(move->fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof(group));
	}
	return r < 0 || !is_v6 ? r
			       : sys_set_number(move->fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
}

/* A stream's device can never be taken back, so it comes last, unless the port depends on it. */
static int bind_stream(struct move *move)
{
	int r = drop_device(move);
	if (r == 0 && move->is_bind)
		r = set_device(move);
	if (r == 0)
		r = move_bind(move);
	return r < 0 ? r : set_device(move);
}

/* Must the socket be bound before its unicast interface is set? No shutdown(2) stops a raw one. */
static bool waits_for_source(const struct move *move)
{
	return move->pin->is_member && move->verdict.rebind && move->facts.type == SOCK_RAW &&
	       move->facts.domain == AF_INET;
}

/* Sets a unicast interface that holds the socket, unless it has a device (EINVAL). */
static int hold_first(struct move *move)
{
	bool holds = move->verdict.set_unicast && move->verdict.unicast != 0;
	if (!holds || move->device != 0)
		return 0;
	/* It may still have the source of another interface of a pool. By lo it reaches this host. */
	if (waits_for_source(move))
		return set_unicast_v4(move, LOOPBACK_IFINDEX);
	return set_unicast(move);
}

static bool opens_unicast(const struct verdict *verdict)
{
	return (verdict->set_unicast && verdict->unicast == 0) ||
	       (verdict->set_unicast_v6 && verdict->unicast_v6 == 0);
}

static int bind_datagram(struct move *move)
{
	unsigned int device = move->device;
	int r = hold_first(move);
	if (r == 0)
		r = drop_device(move);
	if (r == 0 && device != 0)
		r = hold_first(move);
	if (r == 0)
		r = set_device(move);
	if (r == 0)
		r = move_bind(move);
	bool waits = waits_for_source(move) && move->device == 0;
	if (r == 0 && (waits || opens_unicast(&move->verdict)))
		r = set_unicast(move);
	return r < 0 ? r : set_multicast(move);
}

int move_newborn(struct move *move)
{
	return is_stream(move) ? bind_stream(move) : bind_datagram(move);
}

int move_carry_out(struct move *move)
{
	/* The kernel refuses to bind a socket that has a port or a peer, and changes nothing. */
	bool is_refused =
		move->is_bind && (move->facts.local.port != 0 || move->facts.is_connected);
	move->is_begun |= !is_refused;
	return move_newborn(move);
}

/*
 * Binds a stream to its old address again. If a bind fails for its port, the kernel takes the
 * socket's address away (__inet_bind()), and it would send from the kernel's choice.
 */
static void bind_back(struct move *move)
{
	const struct endpoint was = move->facts.local;
	move->verdict = (struct verdict){.source = was};
	if (was.port != 0 || ip_is_wildcard(&was.ip))
		return;
	if (move_bind_portless(move) < 0) {
		move->verdict = pin_on_failed_socket(move->pin, &move->facts);
		(void)move_bind_portless(move); /* if this fails too, nothing more can be done */
	}
}

int move_hold(struct move *move)
{
	move->verdict = pin_on_disconnect(move->pin, &move->facts);
	int r = -move->verdict.error;
	if (r == 0)
		r = move_newborn(move);
	if (r == 0 || pin_refresh(move->pin, &move->fresh) < 0)
		return r;
	move->pin = &move->fresh;
	move->verdict = pin_on_disconnect(move->pin, &move->facts);
	return move->verdict.error != 0 ? -move->verdict.error : move_newborn(move);
}

/* Holds the socket as it was born, else to loopback. Returns 0 if it is safe again. */
static int hold_again(struct move *move)
{
	int r = read_local(move);
	if (r < 0)
		return r;
	move->facts.device = move->device;
	move->facts.is_fixed = move->facts.local.port != 0;
	move->facts.is_connected = false;
	if (move_hold(move) == 0)
		return 0;
	move->verdict = pin_on_failed_socket(move->pin, &move->facts);
	return move_newborn(move);
}

/* Stops the socket from sending. shutdown(2) does not stop a raw one: that is left closed. */
static void shut(struct move *move)
{
	if (move->facts.type == SOCK_RAW && close_socket(move) == 0)
		move->is_closed = false; /* so that move_end() does not open it */
	else
		sys_shut(move->fd);
}

static void make_safe(struct move *move)
{
	move->is_bind = false;
	if (is_stream(move)) {
		bind_back(move);
		return;
	}
	/* hold_again() is for sockets without a peer. One that still has its peer is shut. */
	bool is_connected = sys_is_connected(move->fd) != 0;
	if (is_connected || hold_again(move) < 0)
		shut(move);
}

int move_end(struct move *move, int r)
{
	if (r < 0 && move->is_begun)
		make_safe(move);
	int opened = open_socket(move);
	if (opened < 0)
		sys_shut(move->fd);
	return r < 0 ? r : opened;
}
