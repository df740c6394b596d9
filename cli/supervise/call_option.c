/* SPDX-License-Identifier: MIT */
/* setsockopt(2): options by which a program would choose a device, an address or ports itself. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "pin/option.h"
#include "socket/apply.h"
#include "socket/pool.h"
#include "socket/sys.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/rights.h"

struct option_value {
	int level, name;
	socklen_t length;
	_Alignas(8) unsigned char bytes[sizeof(struct group_source_req)]; /* the longest value */
};

/*
 * Brings a value of a 32-bit program to this machine's layout. In struct group_req and
 * group_source_req the addresses follow the index; on 64 bits there is a gap of 4 bytes between.
 */
static void widen(struct option_value *value)
{
	bool is_group = value->name == MCAST_JOIN_GROUP || value->name == MCAST_JOIN_SOURCE_GROUP;
	size_t room = sizeof(value->bytes) - 4;

	if (!is_group || value->length < sizeof(struct group_req) - 4 || sizeof(long) == 4)
		return;
	if (value->length > room)
		value->length = (socklen_t)room;
	memmove(value->bytes + 8, value->bytes + 4, value->length - 4);
	memset(value->bytes + 4, 0, 4);
	value->length += 4;
}

enum { PAGE = 4096 }; /* if the machine's pages are larger, a part of one */

static int read_value(const struct call *call, struct option_value *ret_value)
{
	struct option_value value = {
		.level = (int)call->arguments[1],
		.name = (int)call->arguments[2],
		.length = (socklen_t)call->arguments[4],
	};

	if ((int)value.length < 0)
		return -EINVAL;
	if (value.length > sizeof(value.bytes))
		value.length = sizeof(value.bytes);
	int r = caller_read(call->notice, call->arguments[3], value.bytes, value.length);
	socklen_t first = PAGE - (socklen_t)(call->arguments[3] % PAGE);
	if (r == -EFAULT && first < value.length) {
		/* The kernel would read no more than the option needs, whatever the length. */
		value.length = first;
		r = caller_read(call->notice, call->arguments[3], value.bytes, value.length);
	}
	if (r < 0)
		return r;
	if (call->is_32)
		widen(&value);
	*ret_value = value;
	return 0;
}

struct option_choice {
	const struct pin *pin;
	int fd;
	struct option_value value;
};

static int set(void *context, bool is_again)
{
	const struct option_choice *choice = context;
	const struct option_value *value = &choice->value;
	struct option_verdict verdict =
		pin_on_option(choice->pin, value->level, value->name, value->bytes, value->length);
	const void *bytes = value->bytes;
	socklen_t length = value->length;

	(void)is_again; /* the verdict depends on no fact */
	int r = apply_option(choice->fd, choice->pin, &verdict, &bytes, &length);
	if (r != 0)
		return r < 0 ? r : 0;
	return sys_setsockopt(choice->fd, value->level, value->name, bytes, length);
}

static struct outcome set_pinned(const struct call *call, int fd)
{
	struct pin chosen;
	struct option_choice choice = {.pin = call_pin(call), .fd = fd};
	int r = pool_for(fd, &choice.pin, NULL, PIN_LISTEN, NULL, &chosen);

	if (r == 0)
		r = read_value(call, &choice.value);
	return outcome_answer(r < 0 ? r : rights_act(call, set, &choice));
}

struct outcome supervise_setsockopt(const struct call *call)
{
	int level = (int)call->arguments[1], name = (int)call->arguments[2];
	bool is_v6only = level == IPPROTO_IPV6 && name == IPV6_V6ONLY;
	bool is_minded = pin_minds_option(call_pin(call), level, name);
	struct facts facts;

	/* The filter sees the option of a setsockopt(2), but not that of a socketcall(2). */
	if (!is_v6only && !is_minded)
		return outcome_continue();
	AUTO_CLOSE int fd = -1;
	struct outcome outcome = call_open(call, &fd, &facts);
	/* The kernel sets it: call_open() has settled the socket before, if the library made it. */
	if (!is_minded)
		return outcome_continue();
	/*
	 * A pin that minds this option keeps it on, whatever the value. So a process that the
	 * supervisor may not inspect has its call done already.
	 */
	if (is_v6only && outcome_is_error(outcome, -EPERM))
		return outcome_answer(0);
	return outcome_is_open(outcome) ? set_pinned(call, fd) : outcome;
}
