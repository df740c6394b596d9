/* SPDX-License-Identifier: MIT */
/* setsockopt(2): a program's own choice of a device or of ports, against the pin's. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "pin/option.h"
#include "socket/apply.h"
#include "socket/sys.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/rights.h"

struct option_value {
	int level, name;
	socklen_t length;
	_Alignas(8) unsigned char bytes[sizeof(struct group_source_req)]; /* the longest */
};

/*
 * struct group_req and group_source_req of a 32-bit program have their addresses right behind the
 * index; on 64 bits there is a gap of 4 bytes.
 */
static void widen(struct option_value *value)
{
	bool group = value->name == MCAST_JOIN_GROUP || value->name == MCAST_JOIN_SOURCE_GROUP;
	size_t room = sizeof(value->bytes) - 4;

	if (!group || value->length < sizeof(struct group_req) - 4 || sizeof(long) == 4)
		return;
	if (value->length > room)
		value->length = (socklen_t)room;
	memmove(value->bytes + 8, value->bytes + 4, value->length - 4);
	memset(value->bytes + 4, 0, 4);
	value->length += 4;
}

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
	if (r < 0)
		return r;
	if (call->is_32)
		widen(&value);
	*ret_value = value;
	return 0;
}

static int carry_out(const struct pin *pin, int fd, const struct option_value *value)
{
	struct option_verdict verdict =
		pin_on_option(pin, value->level, value->name, value->bytes, value->length);
	const void *bytes = value->bytes;
	socklen_t length = value->length;
	int r = apply_option(fd, pin, &verdict, &bytes, &length);

	if (r != 0)
		return r < 0 ? r : 0;
	return sys_setsockopt(fd, value->level, value->name, bytes, length);
}

struct answer supervise_setsockopt(const struct pin *pin, const struct call *call)
{
	struct option_value value;
	struct facts facts;

	int level = (int)call->arguments[1], name = (int)call->arguments[2];
	bool is_v6only = level == IPPROTO_IPV6 && name == IPV6_V6ONLY;
	if (!is_v6only && !pin_minds_option(pin, level, name))
		return answer_error(NOTIFY_CONTINUE); /* socketcall(2) shows all of them */
	AUTO_CLOSE int fd = -1;
	int r = supervise_open(pin, call, &fd, &facts);
	if (is_v6only) /* the library's socket is settled by now: the rest is the kernel's */
		return answer_error(NOTIFY_CONTINUE);
	if (r == 0)
		r = read_value(call, &value);
	if (r != 0)
		return answer_error(r);
	r = rights_narrow(call->notice);
	if (r == 0)
		do
			r = carry_out(pin, fd, &value);
		while (rights_allow(call->notice, r));
	rights_widen();
	return answer_error(r);
}
