/* SPDX-License-Identifier: MIT */
/*
 * setsockopt: a program's own choice of a device or of ports, against the pin's; and, with
 * getsockopt, IPV6_V6ONLY as the program has it.
 */
#include "calls.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "apply.h"
#include "birth.h"
#include "option.h"
#include "readable.h"
#include "real.h"
#include "sys.h"

static bool is_ours(int fd)
{
	struct endpoint local;
	return !apply_is_foreign(sys_getsockname(fd, &local));
}

static bool may_move(const struct pin *pin, int fd)
{
	struct facts facts;
	if (facts_read(fd, pin, &facts) < 0)
		return false;
	facts.is_connected = sys_is_connected(fd) != 0;
	return option_may_move(pin, &facts);
}

static int current_device(int fd)
{
	int device = 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device);
	return r < 0 ? r : device;
}

bool call_minds_getsockopt(int level, int name)
{
	return level == IPPROTO_IPV6 && name == IPV6_V6ONLY;
}

bool call_minds_setsockopt(const struct pin *pin, int level, int name)
{
	return call_minds_getsockopt(level, name) || pin_minds_option(pin, level, name);
}

int call_getsockopt(const struct pin *pin, int fd, int level, int name, void *value,
		    socklen_t *length)
{
	int r = real_getsockopt()(fd, level, name, value, length);
	int shown = pin->v6only;
	/* The kernel has just written as many bytes there (do_ipv6_getsockopt()). */
	if (r == 0 && *length <= sizeof(shown) && birth_hides_v6only(fd))
		memcpy(value, &shown, *length);
	return r;
}

/* 0: the program's own call goes on. Where IPV6_V6ONLY cannot be settled, that fails as well. */
static int prepare(const struct pin *pin, int fd, enum option_answer answer, int level, int name)
{
	struct endpoint local;
	if (call_minds_getsockopt(level, name) && sys_getsockname(fd, &local) == 0)
		(void)birth_settle(fd, pin, &local);
	return answer == OPTION_PORTLESS ? birth_choose_portless(fd, pin) : 0;
}

int call_setsockopt(const struct pin *pin, int fd, int level, int name, const void *value,
		    socklen_t length)
{
	struct option_verdict verdict = {.answer = OPTION_PASS};
	/* Of a longer value the kernel takes the start, too. */
	socklen_t seen = length < sizeof(verdict.value) ? length : sizeof(verdict.value);
	if (is_readable(value, seen) && is_ours(fd))
		verdict = pin_on_option(pin, level, name, value, seen);
	int r = prepare(pin, fd, verdict.answer, level, name), held;
	if (r < 0)
		return call_failed(r);
	switch (verdict.answer) {
	case OPTION_PASS:
	case OPTION_PORTLESS:
		break;
	case OPTION_NOTHING:
		return 0;
	case OPTION_REFUSE:
		return call_failed(-EPERM);
	case OPTION_CLEAR:
		return current_device(fd) == 0 ? 0 : call_failed(-EPERM);
	case OPTION_DEVICE:
		if (!may_move(pin, fd))
			return call_failed(-EPERM);
		break;
	case OPTION_SAME:
		if (current_device(fd) == (int)pin->ifindex)
			return 0;
		if (!may_move(pin, fd))
			return call_failed(-EPERM);
		/* Should the device go with connect(AF_UNSPEC), this holds. */
		held = sys_set_number(fd, IPPROTO_IP, IP_UNICAST_IF, (int)htonl(pin->ifindex));
		if (held < 0 && held != -ENOPROTOOPT) /* as of IPv6's raw sockets */
			return call_failed(held);
		return real_setsockopt()(fd, level, name, verdict.value, verdict.length);
	case OPTION_REPLACE:
		return real_setsockopt()(fd, level, name, verdict.value, verdict.length);
	}
	return real_setsockopt()(fd, level, name, value, length);
}
