/* SPDX-License-Identifier: MIT */
/*
 * usage: address HOW CALL tcp|udp ADDRESS PORT — makes one call. HOW says how its address lies in
 * memory:
 *   plain; readonly: in a page that cannot be written; edge: its last byte is a page's last;
 *   odd: at an odd address; storage: with the length of a sockaddr_storage; short: one byte short;
 *   none: length 0; bad: the pointer leads nowhere; badmessage: the msghdr's pointer leads nowhere
 * CALL is bind, connect, sendto, sendmsg, sendmmsg or setsockopt (SO_BINDTODEVICE with the
 * address's bytes). Prints "OUTCOME LOCAL-ADDRESS LOCAL-PORT", and "written to" if somebody has
 * changed the address.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"

struct placed {
	void *address;
	socklen_t length;
	void *message; /* NULL: the probe makes a msghdr */
};

static void *const nowhere = (void *)8;

/* Maps two pages, the second without access; returns where the second begins. */
static char *guarded_page(long page)
{
	char *memory = mmap(NULL, (size_t)page * 2, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || mprotect(memory + page, (size_t)page, PROT_NONE) < 0)
		return NULL;
	return memory + page;
}

static struct placed place(const char *how, const struct target *target)
{
	static char odd[sizeof(struct sockaddr_storage) + 1];
	static struct sockaddr_storage plain;
	long page = sysconf(_SC_PAGESIZE);
	char *end = guarded_page(page);
	struct placed placed = {.address = &plain, .length = target->length};

	plain = target->address;
	if (strcmp(how, "edge") == 0) {
		placed.address = end - target->length;
		memcpy(placed.address, &target->address, target->length);
	} else if (strcmp(how, "readonly") == 0) {
		placed.address = end - page;
		memcpy(placed.address, &target->address, sizeof(target->address));
		(void)mprotect(placed.address, (size_t)page, PROT_READ);
	} else if (strcmp(how, "odd") == 0) {
		placed.address = odd + 1;
		memcpy(placed.address, &target->address, sizeof(target->address));
	} else if (strcmp(how, "storage") == 0) {
		placed.length = sizeof(plain);
	} else if (strcmp(how, "short") == 0) {
		placed.length = target->length - 1;
	} else if (strcmp(how, "none") == 0) {
		placed.length = 0;
	} else if (strcmp(how, "bad") == 0) {
		placed.address = nowhere;
	} else if (strcmp(how, "badmessage") == 0) {
		placed.message = nowhere;
	}
	return placed;
}

static long call(const char *name, int fd, const struct placed *placed)
{
	struct iovec data = {.iov_base = (char[]){'x'}, .iov_len = 1};
	struct mmsghdr vector = {.msg_hdr = {.msg_name = placed->address,
					     .msg_namelen = placed->length,
					     .msg_iov = &data,
					     .msg_iovlen = 1}};
	void *message = placed->message ? placed->message : &vector;

	if (strcmp(name, "bind") == 0)
		return bind(fd, placed->address, placed->length);
	if (strcmp(name, "connect") == 0)
		return connect(fd, placed->address, placed->length);
	if (strcmp(name, "sendto") == 0)
		return sendto(fd, "x", 1, 0, placed->address, placed->length);
	if (strcmp(name, "sendmsg") == 0) /* an mmsghdr begins with its msghdr */
		return sendmsg(fd, message, 0);
	if (strcmp(name, "sendmmsg") == 0)
		return sendmmsg(fd, message, 1, 0);
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, placed->address, placed->length);
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;

	(void)signal(SIGPIPE, SIG_IGN); /* a send on an unconnected TCP socket raises it */
	struct target target = probe_target(argv[4], argv[5]);
	int fd = probe_socket(argv[3], &target);
	struct placed placed = place(argv[1], &target);
	const char *outcome = probe_outcome(call(argv[2], fd, &placed));
	bool written = placed.address != nowhere &&
		       memcmp(placed.address, &target.address, target.length) != 0;

	printf("%s %s%s\n", outcome, probe_local(fd), written ? " written to" : "");
	return 0;
}
