/* SPDX-License-Identifier: MIT */
/*
 * open(2) and its like under --view=pin: of the files of proc(5) that list interfaces, the list of
 * IPv6 addresses is filtered, and the others are refused. All else is the kernel's. This is for
 * programs that do not try to get around it: another thread could change the path after the look,
 * and a path may be relative.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "pin/view.h"
#include "supervise/call.h"
#include "supervise/caller.h"
#include "supervise/supervisor.h"

enum { PATH_SIZE = 64, PAGE = 4096 }; /* the names in question are shorter */

/* Reads the beginning of a path, which may end just before memory that cannot be read. */
static int read_path(const struct call *call, uint64_t at, char path[PATH_SIZE])
{
	size_t first = PAGE - (size_t)(at % PAGE), all = PATH_SIZE - 1;

	if (first > all)
		first = all;
	int r = caller_read(call->notice, at, path, first);
	if (r < 0 || first == all || memchr(path, '\0', first))
		return r;
	return caller_read(call->notice, at + first, path + first, all - first);
}

/* Reads a line of /proc/net/if_inet6: 32 digits of an address, the interface's index, and more. */
static bool read_line(const char *line, struct ip *ret_ip, unsigned int *ret_ifindex)
{
	static const char digits[] = "0123456789abcdef";

	*ret_ip = (struct ip){0};
	if (strspn(line, digits) != 2 * sizeof(ret_ip->bytes))
		return false;
	for (size_t i = 0; i < 2 * sizeof(ret_ip->bytes); i++) {
		unsigned char *byte = &ret_ip->bytes[i / 2];

		*byte = (unsigned char)(*byte << 4 | (strchr(digits, line[i]) - digits));
	}
	*ret_ifindex = (unsigned int)strtoul(line + 2 * sizeof(ret_ip->bytes), NULL, 16);
	return true;
}

/* Writes the lines of /proc/net/if_inet6 that the view shows into a new file. Returns it or -errno. */
static int visible_addresses(const struct view *view)
{
	CLEANUP(cleanup_file) FILE *all = fopen("/proc/thread-self/net/if_inet6", "re");
	int fd = all ? memfd_create("if_inet6", MFD_CLOEXEC) : -1;
	char line[128];
	unsigned int ifindex;
	struct ip ip;

	if (fd < 0)
		return -errno;
	while (fgets(line, sizeof(line), all))
		if (read_line(line, &ip, &ifindex) && view_has_address(view, ifindex, &ip) &&
		    write(fd, line, strlen(line)) < 0)
			break;        /* no memory: then some addresses are missing */
	(void)lseek(fd, 0, SEEK_SET); /* a file of memory has a beginning */
	return fd;
}

/* Opens /proc/net/if_inet6 for the caller. Java has no IPv6 if it cannot read that. */
static struct outcome open_addresses(const struct call *call, uint64_t flags)
{
	struct pin pin;

	if (!caller_shares_network(call) || (flags & O_ACCMODE) != O_RDONLY)
		return outcome_answer(-EACCES);
	struct view view = live_pin_view(&call->supervisor->pin, &pin);
	AUTO_CLOSE int fd = visible_addresses(&view);
	if (fd < 0)
		return outcome_answer(fd);
	notify_give(call->notice, fd, flags & O_CLOEXEC);
	return outcome_deferred();
}

static struct outcome judge(const struct call *call, uint64_t at, uint64_t flags)
{
	static const char addresses[] = "/net/if_inet6";
	char path[PATH_SIZE] = "";

	if (read_path(call, at, path) < 0 || !view_hides_file(path))
		return outcome_continue();
	if (strcmp(strstr(path, "/net/"), addresses) == 0)
		return open_addresses(call, flags);
	return outcome_answer(-EACCES);
}

struct outcome supervise_open(const struct call *call)
{
	return judge(call, call->arguments[0], call->arguments[1]);
}

struct outcome supervise_openat(const struct call *call)
{
	return judge(call, call->arguments[1], call->arguments[2]);
}

struct outcome supervise_openat2(const struct call *call)
{
	uint64_t flags; /* the first member of struct open_how */

	if (caller_read(call->notice, call->arguments[2], &flags, sizeof(flags)) < 0)
		return outcome_continue(); /* the kernel fails, too */
	return judge(call, call->arguments[1], flags);
}
