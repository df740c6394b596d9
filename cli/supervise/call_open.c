/* SPDX-License-Identifier: MIT */
/*
 * open(2) and its like under --view=pin: files of proc(5) that list interfaces (Java reads IPv6
 * addresses there) are refused. All else is the kernel's. This is for programs that do not try to
 * get around it: another thread could change the path after the look, and a path may be relative.
 */
#include <errno.h>
#include <string.h>

#include "pin/view.h"
#include "supervise/call.h"
#include "supervise/caller.h"

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

static struct outcome judge(const struct call *call, uint64_t at)
{
	char path[PATH_SIZE] = "";

	if (read_path(call, at, path) == 0 && view_hides_file(path))
		return outcome_answer(-EACCES);
	return outcome_continue();
}

struct outcome supervise_open(const struct call *call)
{
	return judge(call, call->arguments[0]);
}

struct outcome supervise_openat(const struct call *call)
{
	return judge(call, call->arguments[1]);
}
