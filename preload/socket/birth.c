/* SPDX-License-Identifier: MIT */
/*
 * Pins a socket that was made this moment. Its facts need not be asked for, except the few that
 * depend on its kind.
 */
#include "socket/birth.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "pin/kernel_constants.h"
#include "socket/apply.h"
#include "socket/facts.h"
#include "socket/pool.h"
#include "socket/refresh.h"
#include "socket/sys.h"

int birth_confine_ports(int fd, uint16_t low, uint16_t high)
{
	uint32_t range = low | (uint32_t)high << 16;
	return sys_set_number(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, (int)range);
}

int birth_take_range(int fd, const struct pin *pin, int type)
{
	if (pin->port_low == 0 || !pin->ports_by_kernel || type == SOCK_RAW)
		return 0;
	return birth_confine_ports(fd, pin->port_low, pin->port_high);
}

static int give_mark(int fd, const struct pin_settings *settings)
{
	int own = 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_MARK, &own);
	int mark = (int)setting_mark(settings, (uint32_t)own);
	return r == 0 && own == mark ? 0 : sys_set_number(fd, SOL_SOCKET, SO_MARK, mark);
}

int birth_give_settings(int fd, const struct pin_settings *settings, int domain, int type)
{
	struct setting_option option;
	size_t at = 0;
	int r = 0;
	while (r == 0 && settings->given != 0 &&
	       setting_next(settings, domain, type, &at, &option)) {
		/* A new socket may have a mark already, from a BPF program of its cgroup. */
		bool is_part = settings->values[SETTING_KEPT] != 0 &&
			       setting_holds(settings, option.level, option.name);
		r = is_part ? give_mark(fd, settings)
			    : sys_set_number(fd, option.level, option.name, option.value);
	}
	if (r == 0 && settings->congestion[0] != '\0' && type == SOCK_STREAM)
		r = sys_setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, settings->congestion,
				   sizeof(settings->congestion));
	return r;
}

static int read_v6only(int fd, bool *ret_v6only)
{
	int v6only = 0;
	int r = sys_get_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only);
	if (r == 0)
		*ret_v6only = v6only != 0;
	return r;
}

static int keep_v6only(int fd, const struct pin *pin, struct facts *facts)
{
	/* A raw socket has no IPv4 side. */
	if (!pin_is_v6_alone(pin) || facts->domain != AF_INET6 || facts->v6only ||
	    facts->type == SOCK_RAW)
		return 0;
	int r = sys_set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	facts->v6only = r == 0;
	return r == -EINVAL ? 0 : r; /* it has a port, and the verdict minds that */
}

/* MPTCP would open subflows from other addresses (fact 17). Here, sockets are born with TCP. */
static int refuse_subflows(int fd, const struct pin *pin)
{
	int protocol = 0;
	if (pin_is_ports_only(pin))
		return 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol);
	return r == 0 && protocol == IPPROTO_MPTCP ? -EOPNOTSUPP : r;
}

int birth_complete(int fd, const struct pin *pin, struct facts *facts)
{
	bool is_stream = facts->type == SOCK_STREAM;
	int r = setting_is_given(&pin->settings, SETTING_MARK) ? give_mark(fd, &pin->settings) : 0;
	if (r < 0 || pin_owns(pin, &facts->local.ip)) /* it was born here, with all the rest */
		return r;
	if (is_stream)
		r = refuse_subflows(fd, pin);
	else if (pin_is_by_device(pin) && facts->device != pin->ifindex) /* fact 42 */
		r = sys_set_number(fd, SOL_SOCKET, SO_BROADCAST, 0);
	/* A stream may show a port that is gone (fact 28). */
	if (r == 0 && (facts->local.port == 0 || is_stream))
		r = birth_take_range(fd, pin, facts->type);
	return r < 0 ? r : keep_v6only(fd, pin, facts);
}

typedef struct verdict decide(const struct pin *pin, const struct facts *facts);

static int carry_out(int fd, const struct pin *pin, const struct facts *facts, decide *on_socket,
		     bool leaves)
{
	struct verdict verdict = on_socket(pin, facts);
	verdict.is_birth = leaves && facts->type == SOCK_STREAM;
	return apply_carry_out(fd, pin, facts, &verdict);
}

/* Would an unseen connect(AF_UNSPEC) take from the socket what holds it? */
static bool can_be_let_go(const struct pin *pin, int domain, int type)
{
	return type == SOCK_RAW || (pin->ifindex != 0 && type == SOCK_DGRAM && domain == AF_INET6);
}

/* leaves: streams may keep options that birth_settle() and the program's bind undo later. */
static int give(int fd, const struct pin *pin, int domain, int type, decide *on_socket, bool leaves)
{
	struct facts facts = {
		.domain = (sa_family_t)domain,
		.type = pin_kind_of(type),
		.v6only = domain == AF_INET6 && pin->v6only,
		.local = {.family = (sa_family_t)domain,
			  .ip = domain == AF_INET ? IP_V4_WILDCARD : IP_V6_WILDCARD},
	};
	struct pin chosen, fresh;
	bool waits =
		on_socket == pin_on_closed_socket && pin->ifindex != 0 && facts.type == SOCK_STREAM;
	int r = birth_take_range(fd, pin, facts.type);
	if (r == 0)
		r = birth_give_settings(fd, &pin->settings, domain, facts.type);
	if (r == 0 && domain == AF_INET6 && facts.type != SOCK_STREAM)
		r = read_v6only(fd, &facts.v6only); /* a ping socket has it on (ping_init_sock()) */
	/* Such a sealed socket is held to ::ffff:127.0.0.1, which IPV6_V6ONLY would not let it keep. */
	if (r == 0 &&
	    !(on_socket == pin_on_sealed_socket && can_be_let_go(pin, domain, facts.type)))
		r = keep_v6only(fd, pin, &facts);
	if (r < 0)
		return r;
	pin = pool_at_birth(fd, pin, &facts, waits, &chosen);
	r = carry_out(fd, pin, &facts, on_socket, leaves);
	if (apply_is_stale(r) && pin_refresh(pin, &fresh) == 0)
		r = carry_out(fd, &fresh, &facts, on_socket, leaves);
	if (r < 0)
		r = carry_out(fd, pin, &facts, pin_on_failed_socket, leaves);
	/* An IPv6 ping socket has no v4-mapped side (ping_check_bind_addr()): nothing holds it. */
	return r == -EINVAL && domain == AF_INET6 ? -EAFNOSUPPORT : r;
}

int birth_give(int fd, const struct pin *pin, int domain, int type)
{
	return give(fd, pin, domain, type, pin_on_socket, true);
}

int birth_give_closed(int fd, const struct pin *pin, int domain, int type)
{
	int r = give(fd, pin, domain, type, pin_on_closed_socket, true);
	/* birth_settle() knows the library's sockets by this option, and this is none of them. */
	if (r == 0 && pin->gated && domain == AF_INET6 && pin_kind_of(type) == SOCK_STREAM)
		r = sys_set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
	return r;
}

/* Has the kernel choose a port. A bind that passes unseen cannot move a socket that has a port. */
static int take_port(int fd)
{
	struct endpoint local;
	int r = sys_getsockname(fd, &local);
	if (r < 0 || local.port != 0)
		return r;
	r = sys_set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
	return r < 0 ? r : sys_bind(fd, &local);
}

int birth_give_sealed(int fd, const struct pin *pin, int domain, int type)
{
	/* A raw socket loses its address by connect(AF_UNSPEC), and has no port to keep it. */
	if (pin_kind_of(type) == SOCK_RAW)
		return -EPERM;
	int r = give(fd, pin, domain, type, pin_on_sealed_socket, false);
	return r < 0 ? r : take_port(fd);
}

int birth_seal(int fd, const struct pin *pin)
{
	struct facts facts = {0};
	struct pin chosen;
	int r = facts_read(fd, pin, &facts);
	if (facts_is_foreign(r))
		return 0;
	if (r == 0)
		r = pool_for(fd, &pin, &facts, PIN_LISTEN, NULL, &chosen);
	if (facts.type == SOCK_RAW)
		return -EPERM;
	if (r == 0)
		r = birth_complete(fd, pin, &facts);
	if (r == 0) {
		facts.is_connected = facts.local.port != 0 && sys_is_connected(fd) != 0;
		struct verdict verdict = pin_on_seal(pin, &facts);
		r = -verdict.error;
		if (r == 0)
			r = apply_carry_out(fd, pin, &facts, &verdict);
	}
	/* The kernel would take a port outside of the range, and unseen calls would use it. */
	if (r == 0 && facts.local.port == 0 && pin_ports_one_by_one(pin))
		return -EPERM;
	if (r == 0)
		r = take_port(fd);
	if (r == 0)
		return 1;
	/* A stream that cannot be sealed is connected to this host, and stays so. */
	if (facts.type != SOCK_DGRAM)
		return -EPERM;
	sys_shut(fd);
	return 1;
}

int birth_give_hidden(int fd, const struct pin *pin, int domain, int type)
{
	if (can_be_let_go(pin, domain, pin_kind_of(type)))
		return birth_give_sealed(fd, pin, domain, type);
	return give(fd, pin, domain, type, pin_on_closed_socket, true);
}

int birth_hide(int fd, const struct pin *pin)
{
	struct facts facts = {0};
	struct pin chosen;
	int r = birth_facts(fd, pin, &facts);
	if (facts_is_foreign(r))
		return 0;
	if (r == 0)
		r = birth_complete(fd, pin, &facts);
	if (r == 0)
		r = pool_for(fd, &pin, &facts, PIN_LISTEN, NULL, &chosen);
	if (r < 0)
		return r;
	const struct endpoint *local = &facts.local;
	bool is_closed = ip_is_v4(&local->ip) && ip_is_loopback(&local->ip);
	bool has_device = facts.device != 0 && facts.device == pin->ifindex;
	bool is_fresh = local->port == 0 && (has_device || facts.device == 0) &&
			(is_closed || pin_owns(pin, &local->ip));
	if (!is_fresh || can_be_let_go(pin, facts.domain, facts.type))
		return birth_seal(fd, pin);
	if (facts.type != SOCK_STREAM || has_device)
		return 0;
	struct verdict verdict = pin_on_closed_socket(pin, &facts);
	return apply_carry_out(fd, pin, &facts, &verdict);
}

bool birth_v6only(void)
{
	bool v6only = false;
	int fd = sys_socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;           /* this host has no IPv6 */
	(void)read_v6only(fd, &v6only); /* an IPv6 socket has the option */
	sys_close(fd);
	return v6only;
}

/*
 * Did the library make this stream, which has not been settled yet? IP_BIND_ADDRESS_NO_PORT tells.
 * IPV6_V6ONLY does not, because a program's own bind to an IPv6 address switches that on as well.
 */
static bool is_stream_without_port(int fd)
{
	int type = 0, portless = 0;
	int r = sys_get_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &portless);
	if (r == 0 && portless != 0)
		r = sys_get_number(fd, SOL_SOCKET, SO_TYPE, &type);
	return r == 0 && type == SOCK_STREAM;
}

/* Is the socket bound to an IPv6 address? */
static bool is_on_v6(const struct endpoint *local)
{
	return local->family == AF_INET6 && !ip_is_v4(&local->ip) && !ip_is_wildcard(&local->ip);
}

int birth_settle(int fd, const struct pin *pin, const struct endpoint *local)
{
	/* Either this process has left it so, or the library that shares the socket. */
	bool is_left = pin->leaves_v6only || pin->gated;
	if (!is_left || !is_on_v6(local) || local->port != 0 || !is_stream_without_port(fd))
		return 0;
	bool v6only = pin->v6only || pin_is_v6_alone(pin);
	int r = sys_set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
	return r < 0 ? r : sys_set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
}

int birth_facts(int fd, const struct pin *pin, struct facts *ret_facts)
{
	struct facts facts;
	int r = sys_getsockname(fd, &facts.local);
	if (r == 0)
		r = birth_settle(fd, pin, &facts.local);
	if (r == 0)
		r = facts_complete(fd, pin, &facts);
	if (r == 0)
		*ret_facts = facts;
	return r;
}

bool birth_hides_v6only(int fd)
{
	struct endpoint local;
	return sys_getsockname(fd, &local) == 0 && is_on_v6(&local) && is_stream_without_port(fd);
}

int birth_choose_portless(int fd, const struct pin *pin)
{
	int r = apply_judgement(fd, pin, PIN_PORTLESS, NULL, NULL);
	return r < 0 ? r : 0;
}
