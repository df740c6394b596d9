/* SPDX-License-Identifier: MIT */
/*
 * The few system calls behind each verdict. Binding a source takes no port: the kernel chooses it
 * at connect, so that one address keeps a whole range of ports towards each peer (fact 1).
 */
#include "apply.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "birth.h"
#include "sys.h"

/* All but the local address, which *ret_facts has already. */
static int read_the_rest(int fd, const struct pin *pin, struct facts *ret_facts)
{
	struct facts facts = {.domain = ret_facts->local.family, .local = ret_facts->local};
	int v6only = 0, device = 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_TYPE, &facts.type);
	if (r < 0)
		return r;
	if (facts.domain == AF_INET6)
		r = sys_get_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only);
	if (r == 0 && (pin->ifindex != 0 || facts.type != SOCK_STREAM))
		r = sys_get_number(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device);
	if (r == -ENOPROTOOPT && pin->ifindex == 0)
		r = 0; /* before Linux 5.0, where no interface can be pinned */
	if (r < 0)
		return r;
	facts.v6only = v6only != 0;
	facts.device = (unsigned int)device;
	*ret_facts = facts;
	return 0;
}

int facts_read(int fd, const struct pin *pin, struct facts *ret_facts)
{
	struct facts facts;
	int r = sys_getsockname(fd, &facts.local);
	if (r < 0)
		return r;
	r = read_the_rest(fd, pin, &facts);
	if (r < 0)
		return r;
	*ret_facts = facts;
	return 0;
}

/* The state of one carrying out: what the kernel has, as opposed to what the facts said before. */
struct work {
	int fd;
	const struct pin *pin;
	const struct facts *facts;
	const struct verdict *verdict;
	unsigned int device;
};

/*
 * Binds without taking a port. The option is off again at once, so that the program's own bind does
 * as the kernel has it, but where birth.h leaves that for later: of a stream, unless it would then
 * be taken for a fresh one.
 */
static int bind_portless(int fd, const struct facts *facts, const struct verdict *verdict)
{
	if (facts->type == SOCK_RAW) /* has no ports, and over IPv6 no such option */
		return sys_bind(fd, &verdict->source);
	int r = sys_set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (r < 0)
		return r;
	r = sys_bind(fd, &verdict->source);
	bool is_left = verdict->is_birth || ip_is_v4(&verdict->source.ip);
	if (r == 0 && is_left && facts->type == SOCK_STREAM)
		return 0;
	int off = sys_set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
	return r < 0 ? r : off;
}

/*
 * The kernel switches IPV6_V6ONLY on when a v6 address is bound, and refuses a v4-mapped one while
 * it is on (net.ipv6.bindv6only): it is as the program has it before and behind, but for the birth
 * of a stream.
 */
static int bind_either(const struct work *work, const struct verdict *verdict)
{
	const struct facts *facts = work->facts;
	bool mapped = ip_is_v4(&verdict->source.ip);
	bool both = facts->domain == AF_INET6 && facts->type != SOCK_RAW; /* raw is v6 only */
	bool stays = verdict->is_birth && work->pin->leaves_v6only && !mapped;
	int r = 0;
	if (both && mapped && facts->v6only)
		r = sys_set_number(work->fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	if (r == 0)
		r = bind_portless(work->fd, facts, verdict);
	if (r == 0 && both && !stays && mapped == facts->v6only)
		r = sys_set_number(work->fd, IPPROTO_IPV6, IPV6_V6ONLY, facts->v6only);
	return r;
}

/* Tries the ports of the range once each, from a random start. -EADDRINUSE: all are taken. */
static int bind_in_range(int fd, const struct pin *pin, const struct endpoint *source)
{
	unsigned int count = pin->port_high - pin->port_low + 1U;
	unsigned int start = sys_random() % count;
	int r = -EADDRINUSE;
	for (unsigned int i = 0; i < count && r == -EADDRINUSE; i++) {
		struct endpoint at = *source;
		at.port = (uint16_t)(pin->port_low + (start + i) % count);
		r = sys_bind(fd, &at);
	}
	return r;
}

/*
 * A free port first. Where there is none, one in TIME_WAIT or connected to another peer is shared,
 * as the kernel's own choice would do (connect fails with EADDRNOTAVAIL where the peer is the
 * same): for that, all sockets that share it keep SO_REUSEADDR.
 */
static int bind_in_shared_range(int fd, const struct pin *pin, const struct endpoint *source)
{
	int r = bind_in_range(fd, pin, source);
	int on = 0;
	if (r == 0 || r == -EADDRINUSE)
		on = sys_set_number(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (r == -EADDRINUSE && on == 0)
		r = bind_in_range(fd, pin, source);
	return r < 0 ? r : on;
}

static int bind_source(const struct work *work)
{
	const struct verdict *verdict = work->verdict;
	if (!verdict->choose_port)
		return bind_either(work, verdict);
	struct endpoint source = verdict->source;
	if (!verdict->rebind)
		source = work->facts->local;
	int r = verdict->share_ports ? bind_in_shared_range(work->fd, work->pin, &source)
				     : bind_in_range(work->fd, work->pin, &source);
	return r == -EADDRINUSE ? -EADDRNOTAVAIL : r;
}

/* Lets go of device, peer and chosen port; refused where the program still needs the peer. */
static int disconnect(struct work *work)
{
	if (work->facts->type == SOCK_STREAM)
		return -EINVAL;
	if (!work->verdict->replaces_peer && sys_is_connected(work->fd))
		return -EISCONN;
	int r = sys_disconnect(work->fd);
	if (r == 0)
		work->device = 0;
	return r;
}

static int drop_device(struct work *work)
{
	if (work->device == 0)
		return 0;
	if (work->facts->type != SOCK_STREAM)
		return disconnect(work);
	int r = sys_set_number(work->fd, SOL_SOCKET, SO_BINDTOIFINDEX, 0);
	if (r == 0)
		work->device = 0;
	return r;
}

/* A socket that has a port cannot be bound again (EINVAL), but for a datagram socket's chosen one.
 */
static int rebind(struct work *work)
{
	int r = bind_source(work);
	if (r == -EINVAL && disconnect(work) == 0)
		r = bind_source(work);
	if (r == -EINVAL)
		return work->verdict->may_stay ? 0 : -ENETUNREACH;
	return r;
}

static int set_interfaces(struct work *work)
{
	const struct verdict *verdict = work->verdict;
	bool v6 = work->facts->domain == AF_INET6;
	bool v4_too = !v6 || work->facts->type != SOCK_RAW; /* raw v6 knows no option of IPv4's */
	unsigned int device = verdict->drop_device ? 0 : work->facts->device;
	int r = 0;
	if (verdict->set_unicast)
		r = sys_set_number(work->fd, IPPROTO_IP, IP_UNICAST_IF,
				   (int)htonl(verdict->unicast));
	if (r == 0 && verdict->set_multicast && v4_too) {
		struct ip_mreqn group = {.imr_ifindex = (int)work->pin->ifindex};
		r = sys_setsockopt(work->fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof(group));
	}
	if (verdict->set_device)
		device = verdict->device;
	if (r == 0 && device != work->device)
		r = sys_set_number(work->fd, SOL_SOCKET, SO_BINDTOIFINDEX, (int)device);
	if (r == 0 && verdict->set_multicast && v6)
		r = sys_set_number(work->fd, IPPROTO_IPV6, IPV6_MULTICAST_IF,
				   (int)work->pin->ifindex);
	return r;
}

int apply_carry_out(int fd, const struct pin *pin, const struct facts *facts,
		    const struct verdict *verdict)
{
	struct work work = {fd, pin, facts, verdict, facts->device};
	int r = 0;
	if (verdict->drop_device)
		r = drop_device(&work);
	if (r == 0 && (verdict->rebind || verdict->choose_port))
		r = rebind(&work);
	return r < 0 ? r : set_interfaces(&work);
}

/*
 * Where a bind fails for its port, the kernel lets the socket go of the address that it has
 * (__inet_bind()): it would send from the kernel's choice.
 */
static int bind_back(const struct work *work, int failure)
{
	const struct endpoint *was = &work->facts->local;
	struct verdict verdict = {.source = *was};
	if (was->port != 0 || ip_is_wildcard(&was->ip))
		return failure;
	if (bind_either(work, &verdict) < 0) {
		verdict = pin_on_failed_socket(work->pin, work->facts);
		(void)bind_either(work, &verdict); /* no more can be done */
	}
	return failure;
}

static int bind_asked(const struct work *work)
{
	const struct endpoint *asked = &work->verdict->source;
	int r = 0;
	if (work->verdict->choose_port)
		return bind_in_range(work->fd, work->pin, asked);
	if (asked->port == 0 && birth_took_no_port(work->facts))
		r = sys_set_number(work->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
	return r < 0 ? r : sys_bind(work->fd, asked);
}

/* The program's own bind: the device comes first, since it decides which ports are taken. */
static int carry_out_bind(int fd, const struct pin *pin, const struct facts *facts,
			  const struct verdict *verdict)
{
	struct work work = {fd, pin, facts, verdict, facts->device};
	int r = verdict->drop_device ? drop_device(&work) : 0;
	if (r == 0)
		r = set_interfaces(&work);
	if (r < 0 || !verdict->rebind)
		return r;
	r = bind_asked(&work);
	return r < 0 ? bind_back(&work, r) : r;
}

static int judge_once(int fd, const struct pin *pin, const struct facts *facts, pin_judge *judge,
		      const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct verdict verdict = judge(pin, facts, endpoint);
	int r = -verdict.error;
	if (r == 0 && (judge == pin_on_bind || judge == pin_on_listen))
		r = carry_out_bind(fd, pin, facts, &verdict);
	else if (r == 0)
		r = apply_carry_out(fd, pin, facts, &verdict);
	if (ret_verdict != NULL)
		*ret_verdict = verdict;
	return r;
}

bool apply_is_stale(int r)
{
	return r == -EADDRNOTAVAIL || r == -ENODEV;
}

int apply_verdict(int fd, const struct pin *pin, const struct facts *facts, pin_judge *judge,
		  const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct pin fresh;
	struct facts now;
	int r = judge_once(fd, pin, facts, judge, endpoint, ret_verdict);
	if (!apply_is_stale(r) || pin_refresh(pin, &fresh) < 0 || facts_read(fd, &fresh, &now) < 0)
		return r;
	return judge_once(fd, &fresh, &now, judge, endpoint, ret_verdict);
}

/* A connect for which IPV6_V6ONLY does not matter. */
static bool is_remote_v6(const struct pin *pin, pin_judge *judge, const struct endpoint *peer)
{
	return judge == pin_on_connect && !ip_is_v4(&peer->ip) &&
	       pin_reach(pin, &peer->ip) == REACH_REMOTE;
}

int apply_judgement(int fd, const struct pin *pin, pin_judge *judge,
		    const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct facts facts;
	int r = sys_getsockname(fd, &facts.local);
	if (ret_verdict != NULL)
		*ret_verdict = (struct verdict){0};
	if (r == 0 && judge == pin_on_connect && pin_connect_is_plain(pin, &facts.local, endpoint))
		return 1;
	if (r == 0 && facts.local.family == AF_INET6 && !is_remote_v6(pin, judge, endpoint))
		r = birth_settle(fd, pin, &facts.local);
	if (r == 0)
		r = read_the_rest(fd, pin, &facts);
	if (r == -EAFNOSUPPORT || r == -ENOTSOCK || r == -EBADF || r == -EOPNOTSUPP)
		return 0;
	if (r == 0)
		r = apply_verdict(fd, pin, &facts, judge, endpoint, ret_verdict);
	return r < 0 ? r : 1;
}

bool apply_usual_send(int fd, const struct pin *pin, const struct endpoint *peer)
{
	struct endpoint local;
	if (sys_getsockname(fd, &local) < 0 || !pin_send_is_usual(pin, &local, peer))
		return false;
	/* A stream does not mind it, and a socket that has a device refuses it. */
	return sys_set_number(fd, IPPROTO_IP, IP_UNICAST_IF, (int)htonl(pin->ifindex)) == 0;
}

bool apply_usual_connect(int fd, const struct pin *pin, const struct endpoint *peer)
{
	struct facts facts = {.domain = peer->family};
	struct verdict verdict;
	if (pin->ifindex == 0 || sys_getsockname(fd, &facts.local) < 0 ||
	    !pin_connect_is_usual(pin, &facts.local, peer, &verdict))
		return false;
	return sys_get_number(fd, SOL_SOCKET, SO_TYPE, &facts.type) == 0 &&
	       facts.type == SOCK_STREAM && apply_carry_out(fd, pin, &facts, &verdict) == 0;
}
