/* SPDX-License-Identifier: MIT */
/* socket(2), bind(2), listen(2) and connect(2): the calls that give a socket its addresses. */
#include "calls.h"

#include <errno.h>
#include <string.h>

#include "config.h"
#include "readable.h"
#include "real.h"
#include "say.h"
#include "socket/apply.h"
#include "socket/birth.h"
#include "socket/pool.h"
#include "socket/refresh.h"
#include "socket/sys.h"

int call_failed(int error)
{
	errno = -error;
	return -1;
}

int address_read(const void *pointer, socklen_t length, struct address *ret_address)
{
	if (length > sizeof(ret_address->bytes))
		return -EINVAL;
	if (!is_readable(pointer, length))
		return -EFAULT;
	memcpy(&ret_address->bytes, pointer, length);
	ret_address->length = length;
	return endpoint_read(&ret_address->bytes, length, &ret_address->endpoint);
}

int call_socket(const struct pin *pin, int domain, int type, int protocol)
{
	int kind = pin_on_protocol(domain, type, &protocol);
	/* Only a supervisor can see to it that a netlink socket shows no other interface. */
	if (domain == AF_NETLINK && pin->views_alone)
		kind = -EACCES;
	if (kind < 0)
		return call_failed(kind);
	int fd = real_socket()(domain, type, protocol);
	if (fd < 0 || kind == 0)
		return fd;
	int r = config_is_hidden(pin) ? birth_give_hidden(fd, pin, domain, type)
				      : birth_give(fd, pin, domain, type);
	if (r == 0)
		return fd;
	sys_close(fd);
	return call_failed(r);
}

int call_bind(const struct pin *pin, int fd, const struct sockaddr *pointer, socklen_t length)
{
	struct address address;
	int r = address_read(pointer, length, &address);
	if (r == -EAFNOSUPPORT)
		r = endpoint_read_bind(&address.bytes, length, &address.endpoint);
	if (r < 0)
		return real_bind()(fd, pointer, length);
	struct verdict verdict;
	r = apply_judgement(fd, pin, PIN_BIND, &address.endpoint, &verdict);
	call_note_open(pin, &verdict);
	if (r == 0)
		return real_bind()(fd, pointer, length);
	say_call(pin, fd, EVENT_BIND, NULL, r < 0 ? EVENT_REFUSED : EVENT_DONE);
	return r < 0 ? call_failed(r) : 0;
}

int call_listen(const struct pin *pin, int fd, int backlog)
{
	struct verdict verdict;
	int r = apply_judgement(fd, pin, PIN_LISTEN, NULL, &verdict);
	if (r < 0) {
		say_call(pin, fd, EVENT_LISTEN, NULL, EVENT_REFUSED);
		return call_failed(r);
	}
	if (r > 0 && verdict.rebind)
		say_call(pin, fd, EVENT_LISTEN, NULL, EVENT_DONE);
	return real_listen()(fd, backlog);
}

/* connect(2) to AF_UNSPEC. Left to the kernel, it would take the device from a datagram socket. */
static int disconnect(const struct pin *pin, int fd, const struct address *address)
{
	int r = apply_disconnect(fd, pin);
	if (r == 0)
		return real_connect()(fd, (const struct sockaddr *)&address->bytes,
				      address->length);
	return r < 0 ? call_failed(r) : 0;
}

/*
 * Returns 0 or -errno. *ret_is_refused is true if the pin refused the call, and false if the kernel
 * got to see it.
 */
static int connect_under(const struct pin *pin, int fd, const struct address *address,
			 bool *ret_is_refused)
{
	struct verdict verdict;
	int r = apply_judgement(fd, pin, PIN_CONNECT, &address->endpoint, &verdict);
	call_note_open(pin, &verdict);
	*ret_is_refused = r < 0;
	if (r < 0)
		return r;
	r = real_connect()(fd, (const struct sockaddr *)&address->bytes, address->length);
	return r < 0 ? -errno : r;
}

int call_connect(const struct pin *pin, int fd, const struct sockaddr *pointer, socklen_t length)
{
	struct address address;
	struct pin chosen, fresh;
	int r = address_read(pointer, length, &address);
	if (r == -EAFNOSUPPORT && address.bytes.ss_family == AF_UNSPEC)
		return disconnect(pin, fd, &address);
	if (r < 0)
		return real_connect()(fd, pointer, length);
	int saved = errno;
	r = pool_for(fd, &pin, NULL, PIN_CONNECT, &address.endpoint, &chosen);
	if (r < 0)
		return call_failed(r);
	bool is_refused;
	r = connect_under(pin, fd, &address, &is_refused);
	if (r < 0 && pin_has_changed(pin, &address.endpoint, r, &fresh))
		r = connect_under(&fresh, fd, &address, &is_refused);
	if (is_refused)
		say_call(pin, fd, EVENT_CONNECT, &address.endpoint, EVENT_REFUSED);
	else
		say_call(pin, fd, EVENT_CONNECT, &address.endpoint,
			 r == -ECONNREFUSED ? EVENT_PEER_REFUSED : EVENT_DONE);
	errno = saved;
	return r < 0 ? call_failed(r) : r;
}
