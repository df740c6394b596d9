/* SPDX-License-Identifier: MIT */
/*
 * The first steps of most trapped calls: duplicate the caller's descriptor, read what it is, and
 * copy the address that the caller gave. The supervisor judges and uses the copy, because another
 * thread of the program could change the original in between.
 */
#include "supervise/call.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "socket/birth.h"
#include "socket/facts.h"
#include "supervise/caller.h"
#include "supervise/supervisor.h"

const struct pin *call_pin(const struct call *call)
{
	return live_pin(&call->supervisor->pin);
}

const struct pin *call_fresh_pin(const struct call *call)
{
	return live_pin_refresh(&call->supervisor->pin);
}

/* The kernel refuses a longer address before it reads it (move_addr_to_kernel()). */
static int glance(const struct call *call, uint64_t address, uint64_t length,
		  struct caller_address *ret_address)
{
	struct caller_address copy = {.length = (socklen_t)length};

	if (copy.length > sizeof(copy.bytes))
		return -EINVAL;
	int r = caller_glance(call->notice, address, &copy.bytes, copy.length);
	if (r < 0)
		return r;
	copy.result = endpoint_read(&copy.bytes, copy.length, &copy.endpoint);
	*ret_address = copy;
	return 0;
}

int call_read_address(const struct call *call, uint64_t address, uint64_t length,
		      struct caller_address *ret_address)
{
	int r = glance(call, address, length, ret_address);

	return notify_is_waiting(call->notice) ? r : -ESRCH;
}

int call_glance_peer(const struct call *call, uint64_t address, uint64_t length,
		     struct caller_address *ret_address)
{
	int r = glance(call, address, length, ret_address);

	if (r == 0)
		ret_address->result = endpoint_read_peer(&ret_address->bytes, ret_address->length,
							 &ret_address->endpoint);
	return r;
}

struct outcome call_facts(const struct call *call, int fd, struct facts *ret_facts)
{
	/* birth_facts() settles the socket first: the library may have made it. */
	int r = birth_facts(fd, call_pin(call), ret_facts);

	return facts_is_foreign(r) ? outcome_continue() : outcome_after(r);
}

struct outcome call_open(const struct call *call, int *ret_fd, struct facts *ret_facts)
{
	AUTO_CLOSE int fd = caller_descriptor(call, (int)call->arguments[0]);

	/* EBADF too is no call for the kernel: another thread may have opened the number by now. */
	if (fd < 0)
		return outcome_answer(fd);
	if (!notify_is_waiting(call->notice))
		return outcome_answer(-ESRCH);
	(void)call_fresh_pin(call); /* for all that follows in this call */
	struct outcome outcome = call_facts(call, fd, ret_facts);
	if (outcome_is_open(outcome))
		*ret_fd = steal_fd(&fd);
	return outcome;
}

bool call_may_be_ip(socklen_t length)
{
	return length == sizeof(struct sockaddr_in) || length == sizeof(struct sockaddr_in6) ||
	       length == ENDPOINT_V6_LENGTH || length > sizeof(struct sockaddr_un);
}

bool call_may_wait(int fd, int flags)
{
	int status = fcntl(fd, F_GETFL);

	return !(flags & MSG_DONTWAIT) && status >= 0 && !(status & O_NONBLOCK);
}
