/* SPDX-License-Identifier: MIT */
/*
 * The few system calls behind each verdict. Binding a source takes no port: the kernel chooses it
 * at connect, so that one address keeps a whole range of ports towards each peer (fact 1).
 */
#include "apply.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "sys.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* Linux 6.3 */
#endif

int facts_read(int fd, const struct pin *pin, struct facts *ret_facts)
{
	struct facts facts = {0};
	int v6only = 0, device = 0;
	int r = sys_getsockname(fd, &facts.local);
	if (r == 0)
		r = sys_get_number(fd, SOL_SOCKET, SO_TYPE, &facts.type);
	if (r < 0)
		return r;
	facts.domain = facts.local.family;
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

/*
 * Binds without taking a port. The option is off again at once, so that the program finds the
 * socket as the kernel makes it, and so is IPV6_V6ONLY, which a bind to a v6 address switches on.
 */
static int bind_portless(int fd, const struct facts *facts, const struct endpoint *source)
{
	if (facts->type == SOCK_RAW) /* which knows no ports, and if of IPv6 no option of IPv4 */
		return sys_bind(fd, source);
	int r = sys_set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (r < 0)
		return r;
	r = sys_bind(fd, source);
	int off = sys_set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
	if (r == 0 && off == 0 && facts->domain == AF_INET6 && !facts->v6only &&
	    !ip_is_v4(&source->ip))
		off = sys_set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	return r < 0 ? r : off;
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
 * A port that is in TIME_WAIT, or connected to another peer, can be shared with SO_REUSEADDR; one
 * that is free is better, since connect fails where the peer is the same (EADDRNOTAVAIL).
 */
static int bind_in_shared_range(int fd, const struct pin *pin, const struct endpoint *source)
{
	int reuse = 0;
	int r = bind_in_range(fd, pin, source);
	if (r != -EADDRINUSE)
		return r;
	if (sys_get_number(fd, SOL_SOCKET, SO_REUSEADDR, &reuse) < 0 || reuse != 0 ||
	    sys_set_number(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0)
		return -EADDRNOTAVAIL;
	r = bind_in_range(fd, pin, source);
	int off = sys_set_number(fd, SOL_SOCKET, SO_REUSEADDR, 0);
	if (r == -EADDRINUSE)
		return -EADDRNOTAVAIL;
	return r < 0 ? r : off;
}

/* The state of one carrying out: what the kernel has, as opposed to what the facts said before. */
struct work {
	int fd;
	const struct pin *pin;
	const struct facts *facts;
	const struct verdict *verdict;
	unsigned int device;
};

static int bind_source(const struct work *work)
{
	const struct verdict *verdict = work->verdict;
	if (!verdict->choose_port)
		return bind_portless(work->fd, work->facts, &verdict->source);
	struct endpoint source = verdict->source;
	if (!verdict->rebind)
		source = work->facts->local;
	if (verdict->share_ports)
		return bind_in_shared_range(work->fd, work->pin, &source);
	int r = bind_in_range(work->fd, work->pin, &source);
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

/* A socket that has a port cannot be bound again (EINVAL), but for a datagram socket's chosen one. */
static int rebind(struct work *work)
{
	int r = bind_source(work);
	if (r == -EINVAL && disconnect(work) == 0)
		r = bind_source(work);
	if (r == -EINVAL)
		return work->verdict->may_stay ? 0 : -ENETUNREACH;
	return r;
}

/* A socket with a device cannot choose one here (EINVAL), not even the one that it has here. */
static int set_unicast(const struct work *work)
{
	int wanted = (int)htonl(work->verdict->unicast);
	int current = 0;
	if (sys_get_number(work->fd, IPPROTO_IP, IP_UNICAST_IF, &current) == 0 && current == wanted)
		return 0;
	return sys_set_number(work->fd, IPPROTO_IP, IP_UNICAST_IF, wanted);
}

static int set_interfaces(struct work *work)
{
	const struct verdict *verdict = work->verdict;
	bool v6 = work->facts->domain == AF_INET6;
	bool raw_v6 = v6 && work->facts->type == SOCK_RAW; /* no option of IPv4, and no such peers */
	unsigned int device = verdict->drop_device ? 0 : work->facts->device;
	int r = 0;
	if (verdict->set_unicast && !raw_v6)
		r = set_unicast(work);
	if (r == 0 && verdict->set_multicast && !raw_v6) {
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

static int carry_out(struct work *work)
{
	const struct verdict *verdict = work->verdict;
	int r = 0;
	if (verdict->drop_device)
		r = drop_device(work);
	if (r == 0 && (verdict->rebind || verdict->choose_port))
		r = rebind(work);
	return r < 0 ? r : set_interfaces(work);
}

/* The program's own bind: the device comes first, since it decides which ports are taken. */
static int carry_out_bind(struct work *work)
{
	const struct verdict *verdict = work->verdict;
	int r = verdict->drop_device ? drop_device(work) : 0;
	if (r == 0)
		r = set_interfaces(work);
	if (r < 0 || !verdict->rebind)
		return r;
	if (verdict->choose_port)
		return bind_in_range(work->fd, work->pin, &verdict->source);
	return sys_bind(work->fd, &verdict->source);
}

static int judge_once(int fd, const struct pin *pin, const struct facts *facts, pin_judge *judge,
		      const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct verdict verdict = judge(pin, facts, endpoint);
	struct work work = {fd, pin, facts, &verdict, facts->device};
	int r = -verdict.error;
	if (r == 0 && (judge == pin_on_bind || judge == pin_on_listen))
		r = carry_out_bind(&work);
	else if (r == 0)
		r = carry_out(&work);
	if (ret_verdict != NULL)
		*ret_verdict = verdict;
	return r;
}

/* What an address or an interface that is gone gives. */
static bool is_stale(int r)
{
	return r == -EADDRNOTAVAIL || r == -ENODEV;
}

int apply_verdict(int fd, const struct pin *pin, const struct facts *facts, pin_judge *judge,
		  const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct pin fresh;
	struct facts now;
	int r = judge_once(fd, pin, facts, judge, endpoint, ret_verdict);
	if (!is_stale(r) || pin_refresh(pin, &fresh) < 0 || facts_read(fd, &fresh, &now) < 0)
		return r;
	return judge_once(fd, &fresh, &now, judge, endpoint, ret_verdict);
}

int apply_judgement(int fd, const struct pin *pin, pin_judge *judge,
		    const struct endpoint *endpoint, struct verdict *ret_verdict)
{
	struct facts facts;
	int r = facts_read(fd, pin, &facts);
	if (ret_verdict != NULL)
		*ret_verdict = (struct verdict){0};
	if (r == -EAFNOSUPPORT || r == -ENOTSOCK || r == -EBADF || r == -EOPNOTSUPP)
		return 0;
	if (r == 0)
		r = apply_verdict(fd, pin, &facts, judge, endpoint, ret_verdict);
	return r < 0 ? r : 1;
}

static struct verdict judge_birth(const struct pin *pin, const struct facts *facts,
				  const struct endpoint *endpoint)
{
	(void)endpoint;
	return pin_on_socket(pin, facts);
}

static int confine_ports(int fd, const struct pin *pin, int type)
{
	uint32_t range = pin->port_low | (uint32_t)pin->port_high << 16;
	if (pin->port_low == 0 || !pin->ports_by_kernel || type == SOCK_RAW)
		return 0;
	return sys_set_number(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, (int)range);
}

int apply_birth(int fd, const struct pin *pin, int domain, int type)
{
	struct facts facts = {
		.domain = (sa_family_t)domain,
		.type = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC),
		.local = {.family = (sa_family_t)domain,
			  .ip = domain == AF_INET ? IP_V4_WILDCARD : IP_V6_WILDCARD},
	};
	int v6only = 0;
	int r = confine_ports(fd, pin, facts.type);
	if (r == 0 && domain == AF_INET6)
		r = sys_get_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only);
	if (r < 0)
		return r;
	facts.v6only = v6only != 0;
	if (apply_verdict(fd, pin, &facts, judge_birth, NULL, NULL) == 0)
		return 0;
	struct verdict held = pin_on_failed_socket(&facts);
	struct work work = {fd, pin, &facts, &held, 0};
	return carry_out(&work);
}
