/* SPDX-License-Identifier: MIT */
/*
 * ioctl(2) under --view=pin, if it tells of interfaces. The supervisor makes the request on a
 * duplicate of the caller's descriptor, with a copy of what the caller passed: also for a caller in
 * another network namespace, because it may have made the socket before it went there.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>

#include "base/cleanup.h"
#include "socket/requests.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/supervisor.h"

/* Struct ifreq has the same beginning for a 32-bit program, and ends sooner. */
static size_t size_of_ifreq(const struct call *call)
{
	return call->is_32 ? 32 : sizeof(struct ifreq);
}

static int ask(const struct call *call, const struct view *view, int fd)
{
	struct ifreq about = {0};
	size_t size = size_of_ifreq(call);
	int r = caller_read(call->notice, call->arguments[2], &about, size);

	if (r == 0)
		r = requests_ask(view, fd, (unsigned int)call->arguments[1], &about);
	return r < 0 ? r : caller_write(call->notice, call->arguments[2], &about, size);
}

/* Reads struct ifconf: the size of the caller's buffer, and where it is. */
static int read_buffer(const struct call *call, int32_t *ret_size, uint64_t *ret_at)
{
	struct {
		int32_t size;
		uint32_t at;
	} narrow;
	struct ifconf wide;
	int r = call->is_32 ? caller_read(call->notice, call->arguments[2], &narrow, sizeof(narrow))
			    : caller_read(call->notice, call->arguments[2], &wide, sizeof(wide));

	if (r < 0)
		return r;
	*ret_size = call->is_32 ? narrow.size : wide.ifc_len;
	*ret_at = call->is_32 ? narrow.at : (uintptr_t)wide.ifc_buf;
	return 0;
}

/* Without a buffer, the caller asks how long the list is. */
static int list(const struct call *call, const struct view *view, int fd)
{
	struct ifreq all[REQUESTS_LIST_MAX];
	size_t size = size_of_ifreq(call);
	uint64_t at;
	int32_t room;
	int r = read_buffer(call, &room, &at);
	int count = r < 0 ? r : requests_list(view, fd, all);

	if (count < 0)
		return count;
	if (at != 0 && (size_t)count > (room < 0 ? 0 : (size_t)room) / size)
		count = (int)((size_t)room / size);
	for (int i = 0; r == 0 && at != 0 && i < count; i++)
		r = caller_write(call->notice, at + (size_t)i * size, &all[i], size);
	room = (int32_t)((size_t)count * size);
	return r < 0 ? r : caller_write(call->notice, call->arguments[2], &room, sizeof(room));
}

struct outcome supervise_ioctl(const struct call *call)
{
	struct pin pin;

	AUTO_CLOSE int fd = caller_descriptor(call, (int)call->arguments[0]);
	if (fd < 0)
		return outcome_answer(fd);
	struct view view = live_pin_view(&call->supervisor->pin, &pin);
	bool is_list = (unsigned int)call->arguments[1] == SIOCGIFCONF;
	return outcome_answer(is_list ? list(call, &view, fd) : ask(call, &view, fd));
}
