/* SPDX-License-Identifier: MIT */
/* Does to a socket what the program's setsockopt(2) needs, for the library and the supervisor. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "pin/option.h"
#include "socket/apply.h"
#include "socket/birth.h"
#include "socket/facts.h"
#include "socket/sys.h"

static int current_device(int fd)
{
	int device = 0;
	int r = sys_get_number(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device);
	return r < 0 ? r : device;
}

static bool may_move(int fd, const struct pin *pin)
{
	struct facts facts;
	if (facts_read(fd, pin, &facts) < 0)
		return false;
	facts.is_connected = sys_is_connected(fd) != 0;
	return option_may_move(pin, &facts);
}

/* Sets the unicast interface too: it holds the socket if connect(AF_UNSPEC) takes the device. */
static int hold_too(int fd, const struct pin *pin)
{
	int r = sys_set_number(fd, IPPROTO_IP, IP_UNICAST_IF, (int)htonl(pin->ifindex));
	return r == -ENOPROTOOPT ? 0 : r; /* a raw IPv6 socket does not have the option */
}

int apply_option(int fd, const struct pin *pin, const struct option_verdict *verdict,
		 const void **value, socklen_t *length)
{
	int r = 0;
	switch (verdict->answer) {
	case OPTION_PASS:
		return 0;
	case OPTION_PORTLESS:
		return birth_choose_portless(fd, pin);
	case OPTION_NOTHING:
		return 1;
	case OPTION_REFUSE:
		return -EPERM;
	case OPTION_CLEAR:
		return current_device(fd) == 0 ? 1 : -EPERM;
	case OPTION_DEVICE:
		return may_move(fd, pin) ? 0 : -EPERM;
	case OPTION_SAME:
		if (current_device(fd) == (int)pin->ifindex)
			return 1;
		r = may_move(fd, pin) ? hold_too(fd, pin) : -EPERM;
		break;
	case OPTION_REPLACE:
		break;
	}
	*value = verdict->value;
	*length = verdict->length;
	return r;
}
