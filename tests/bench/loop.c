/* SPDX-License-Identifier: MIT */
/*
 * usage: loop [-f | -l] [-b ADDRESS] [-d DEVICE] [-p PROCESSES | -t THREADS] OPERATION ADDRESS PORT
 *
 * For each number N on a line of standard input, loop does the operation N times and prints how
 * many nanoseconds that took. So several of these, under different launchers, can take turns within
 * milliseconds, and what disturbs the machine disturbs all of them. -f: under a seccomp filter that
 * allows everything, which the kernel need not run for each call (Linux 5.11). -l: under a filter
 * that looks where each call comes from, which the kernel does run: the least that a gate can cost.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void allow_everything(bool looks)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = looks ? 2 : 1, .filter = looks ? code : code + 1};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		fail("seccomp");
}

static void prepare(const struct operation *operation, struct job *job)
{
	if (!operation->keeps_socket)
		return;
	job->kept = job_socket(job, SOCK_DGRAM);
	if (job->kept < 0)
		fail("socket");
	if (strcmp(operation->name, "send") == 0 &&
	    connect(job->kept, (const struct sockaddr *)&job->peer.bytes, job->peer.length) < 0)
		fail("connect");
}

int main(int argc, char **argv)
{
	struct job job = {.kept = -1};
	char line[32];
	long workers = 0;
	bool threads = false;
	int letter;

	while ((letter = getopt(argc, argv, "flb:d:p:t:")) != -1) {
		if (letter == 'b')
			job.own = address_parse(optarg, "0");
		else if (letter == 'd')
			job.device = optarg;
		else if (letter == 'f' || letter == 'l')
			allow_everything(letter == 'l');
		else
			workers = strtol(optarg, NULL, 10);
		threads = threads || letter == 't';
	}
	const struct operation *operation =
		argc - optind == 3 ? operation_find(argv[optind]) : NULL;
	if (!operation) {
		fputs("usage: loop [-f | -l] [-b ADDRESS] [-d DEVICE] [-p N | -t N] OPERATION ADDRESS PORT\n",
		      stderr);
		return 2;
	}
	job.peer = address_parse(argv[optind + 1], argv[optind + 2]);
	prepare(operation, &job);
	if (workers > 0)
		crowd_start(operation, &job, workers, threads);
	while (fgets(line, sizeof(line), stdin)) {
		long count = strtol(line, NULL, 10);
		long long start = now();

		if (workers > 0)
			crowd_repeat(workers, count);
		else
			job_repeat(operation, &job, count);
		printf("%lld\n", now() - start);
		fflush(stdout);
	}
	return 0;
}
