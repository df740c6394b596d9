/* SPDX-License-Identifier: MIT */
/*
 * usage: forbid ROUNDS: a thread makes sockets while another forbids inspection (PR_SET_DUMPABLE).
 * Then each socket is disconnected, connected to a remote peer, which the supervisor cannot see,
 * and sends there. Prints how many sockets were made in all rounds.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKETS_MAX = 500 };

static int sockets[SOCKETS_MAX];
static atomic_int count;
static atomic_bool is_over;

static void *make_sockets(void *unused)
{
	(void)unused;
	while (!atomic_load(&is_over) && atomic_load(&count) < SOCKETS_MAX) {
		int fd = socket(AF_INET6, SOCK_DGRAM, 0);
		if (fd < 0)
			break;
		sockets[atomic_load(&count)] = fd;
		atomic_fetch_add(&count, 1);
	}
	return NULL;
}

static void send_unseen(int fd)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	struct sockaddr_in6 peer = {.sin6_family = AF_INET6, .sin6_port = htons(9)};

	(void)inet_pton(AF_INET6, "2001:db8:9::1", &peer.sin6_addr);
	(void)connect(fd, &none, sizeof(none));
	if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)) == 0)
		(void)send(fd, "x", 1, MSG_NOSIGNAL);
}

/* Runs in a process of its own. Returns how many sockets it made, 255 at the most. */
static int forbid(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, make_sockets, NULL) != 0)
		return 0;
	while (atomic_load(&count) < 3) /* so that the other thread is making sockets now */
		(void)sched_yield();
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	atomic_store(&is_over, true);
	(void)pthread_join(thread, NULL);
	for (int i = 0; i < atomic_load(&count); i++)
		send_unseen(sockets[i]);
	return atomic_load(&count) > 255 ? 255 : atomic_load(&count);
}

int main(int argc, char **argv)
{
	long rounds = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	long sum = 0;
	int status;

	for (long i = 0; i < rounds; i++) {
		pid_t child = fork();
		if (child == 0)
			_exit(forbid());
		if (waitpid(child, &status, 0) == child && WIFEXITED(status))
			sum += WEXITSTATUS(status);
	}
	printf("%ld\n", sum);
	return 0;
}
