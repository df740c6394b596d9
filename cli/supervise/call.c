/* SPDX-License-Identifier: MIT */
/*
 * What most trapped calls begin with: the caller's descriptor as a duplicate, what it is, and a
 * copy of the address that the caller gave. A copy, since another thread could change the caller's
 * meanwhile.
 */
#include "supervise/call.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "socket/birth.h"
#include "socket/facts.h"
#include "supervise/caller.h"
#include "supervise/own_addresses.h"

struct answer answer_error(int error)
{
	return (struct answer){.error = error};
}

/* Longer ones the kernel refuses before it looks at them (move_addr_to_kernel()). */
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

int supervise_read_address(const struct call *call, uint64_t address, uint64_t length,
			   struct caller_address *ret_address)
{
	int r = glance(call, address, length, ret_address);

	return notify_is_waiting(call->notice) ? r : -ESRCH;
}

int supervise_glance_peer(const struct call *call, uint64_t address, uint64_t length,
			  struct caller_address *ret_address)
{
	int r = glance(call, address, length, ret_address);

	if (r == 0)
		ret_address->result = endpoint_read_peer(&ret_address->bytes, ret_address->length,
							 &ret_address->endpoint);
	return r;
}

int supervise_facts(const struct pin *pin, int fd, struct facts *ret_facts)
{
	int r = birth_facts(fd, pin, ret_facts); /* the library may have made it */

	return facts_is_foreign(r) ? NOTIFY_CONTINUE : r;
}

int supervise_open(const struct pin *pin, const struct call *call, int *ret_fd,
		   struct facts *ret_facts)
{
	AUTO_CLOSE int fd = caller_descriptor(call->notice, (int)call->arguments[0]);

	if (fd < 0) /* a bad one too: by now another thread may have made it a good one */
		return fd;
	if (!notify_is_waiting(call->notice))
		return -ESRCH;
	own_addresses_refresh();
	int r = supervise_facts(pin, fd, ret_facts);
	if (r == 0)
		*ret_fd = steal_fd(&fd);
	return r;
}

bool supervise_may_be_ip(socklen_t length)
{
	return length == sizeof(struct sockaddr_in) || length == sizeof(struct sockaddr_in6) ||
	       length == ENDPOINT_V6_LENGTH || length > sizeof(struct sockaddr_un);
}
