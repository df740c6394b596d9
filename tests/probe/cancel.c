/* SPDX-License-Identifier: MIT */
/*
 * usage: cancel ADDRESS PORT: cancels a thread in each call in which threads can be cancelled, and
 * prints which threads have cleaned up. They clean up as C++'s destructors do: the unwinder walks
 * from the call to the thread's own function, and stops early if a function between them has no
 * unwind table.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

static const char *call;
static struct target target;
static int cleaned;

static void clean(const int *unused)
{
	(void)unused;
	cleaned++;
}

/* The descriptor is no socket: a cancelled thread ends in the call before it does anything else. */
static long make_call(void)
{
	char byte = 'x';
	struct sockaddr *address = (struct sockaddr *)&target.address;
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct mmsghdr message = {
		.msg_hdr = {.msg_name = address,
			    .msg_namelen = target.length,
			    .msg_iov = &part,
			    .msg_iovlen = 1},
	};
	if (strcmp(call, "connect") == 0)
		return connect(-1, address, target.length);
	if (strcmp(call, "sendto") == 0)
		return sendto(-1, &byte, 1, 0, address, target.length);
	if (strcmp(call, "sendmsg") == 0)
		return sendmsg(-1, &message.msg_hdr, 0);
	if (strcmp(call, "sendmmsg") == 0)
		return sendmmsg(-1, &message, 1, 0);
	return system("exit");
}

static void *run(void *unused)
{
	__attribute__((cleanup(clean))) const int guard = 0;
	(void)guard;
	(void)pthread_cancel(pthread_self());
	(void)make_call();
	return unused;
}

int main(int argc, char **argv)
{
	static const char *const calls[] = {"connect", "sendto", "sendmsg", "sendmmsg", "system"};
	if (argc != 3) {
		fputs("usage: cancel ADDRESS PORT\n", stderr);
		return 2;
	}
	target = probe_target(argv[1], argv[2]);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		pthread_t thread;
		void *result;
		call = calls[i];
		cleaned = 0;
		if (pthread_create(&thread, NULL, run, NULL) != 0 ||
		    pthread_join(thread, &result) != 0)
			return 1;
		printf("%s: %s, %s\n", call, result == PTHREAD_CANCELED ? "cancelled" : "went on",
		       cleaned == 1 ? "cleaned up" : "not cleaned up");
	}
	return 0;
}
