/* SPDX-License-Identifier: MIT */
/*
 * setsockopt(2), if the program chooses a device or ports of its own, which the pin may refuse.
 * Also, for both calls, IPV6_V6ONLY: the program must see the value that it has set.
 */
#include "calls.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "pin/option.h"
#include "readable.h"
#include "real.h"
#include "socket/apply.h"
#include "socket/birth.h"
#include "socket/facts.h"
#include "socket/pool.h"
#include "socket/refresh.h"
#include "socket/sys.h"

static bool is_ours(int fd)
{
	struct endpoint local;
	return !facts_is_foreign(sys_getsockname(fd, &local));
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
	/* The kernel has written *length bytes there (do_ipv6_getsockopt()). */
	if (r == 0 && *length <= sizeof(shown) && birth_hides_v6only(fd))
		memcpy(value, &shown, *length);
	return r;
}

struct option {
	int fd, level, name;
	const void *value;
	socklen_t length;
	socklen_t seen; /* how much of the value may be read */
};

/* Returns 0 or -errno. */
static int set(const struct pin *pin, const struct option *option)
{
	struct option_verdict verdict = {.answer = OPTION_PASS};
	const void *value = option->value;
	socklen_t length = option->length;
	if (option->seen >= (length > 0) && is_ours(option->fd))
		verdict = pin_on_option(pin, option->level, option->name, value, option->seen);
	int r = apply_option(option->fd, pin, &verdict, &value, &length);
	if (r != 0)
		return r < 0 ? r : 0;
	r = real_setsockopt()(option->fd, option->level, option->name, value, length);
	return r < 0 ? -errno : 0;
}

int call_setsockopt(const struct pin *pin, int fd, int level, int name, const void *value,
		    socklen_t length)
{
	struct option option = {
		.fd = fd, .level = level, .name = name, .value = value, .length = length};
	struct endpoint local;
	struct pin chosen, fresh;
	int before = errno;
	/*
	 * The kernel reads no more than the option needs, whatever the length, so a value may pass
	 * that ends at unreadable memory. If the option needs more, the kernel says EFAULT.
	 */
	size_t longest = sizeof(((struct option_verdict *)NULL)->value);
	option.seen = (socklen_t)readable_part(value, length < longest ? length : longest);
	/* birth_settle() tells by IP_BIND_ADDRESS_NO_PORT whether there is something to settle. */
	bool needs_settling = call_minds_getsockopt(level, name) ||
			      (level == IPPROTO_IP && name == IP_BIND_ADDRESS_NO_PORT);
	if (needs_settling && sys_getsockname(fd, &local) == 0)
		(void)birth_settle(fd, pin, &local); /* if this fails, so will the program's call */
	int r = pool_for(fd, &pin, NULL, PIN_LISTEN, NULL, &chosen);
	if (r == 0)
		r = set(pin, &option);
	/* If the interface was made again, the program names its new index, and the pin the old. */
	if (apply_is_stale(r) && pin_refresh(pin, &fresh) == 0)
		r = set(&fresh, &option);
	if (r < 0)
		return call_failed(r);
	errno = before;
	return 0;
}
