/* SPDX-License-Identifier: MIT */
/*
 * Workers wait for shares of the work in one pipe, and tell in another that a share is done. Any
 * worker may take any share.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop.h"

static const struct operation *operation;
static const struct job *job;
static int shares[2], reports[2];

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void work(void)
{
	long share;

	while (read(shares[0], &share, sizeof(share)) == sizeof(share)) {
		job_repeat(operation, job, share);
		if (write(reports[1], "", 1) != 1)
			exit(1);
	}
}

static void *thread_main(void *unused)
{
	work();
	return unused;
}

static void start_thread(void)
{
	pthread_t thread;
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	if (pthread_create(&thread, &small, thread_main, NULL) != 0)
		fail("pthread_create");
	pthread_attr_destroy(&small);
}

/* A child holds no writing end of the pipe, and so ends with its parent. */
static void start_process(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid > 0)
		return;
	close(shares[1]);
	work();
	_exit(0);
}

void crowd_start(const struct operation *what, const struct job *with, long workers, bool threads)
{
	operation = what;
	job = with;
	if (pipe(shares) < 0 || pipe(reports) < 0)
		fail("pipe");
	for (long i = 0; i < workers; i++) {
		if (threads)
			start_thread();
		else
			start_process();
	}
}

void crowd_repeat(long workers, long count)
{
	long share = count / workers;
	char report;

	for (long i = 0; i < workers; i++)
		if (write(shares[1], &share, sizeof(share)) != sizeof(share))
			fail("write");
	for (long i = 0; i < workers; i++)
		if (read(reports[0], &report, 1) != 1)
			fail("a worker has failed");
}
