/* SPDX-License-Identifier: MIT */
/*
 * usage: walk [options] < SEQUENCES — makes sequences of socket calls, and prints their results.
 *
 * A line is "NAME STEP; STEP; ...". The answer is a line "NAME START|RESULT|RESULT...": START is
 * the time in nanoseconds at which the sequence began, and the RESULT of a step is "ok" or the
 * error's name, and the socket's local address and port. With the word `options`, the options that
 * are not zero follow. After a line of one dot, walk answers a dot when it has made everything
 * before.
 *
 * A step is a word and its arguments. It is about socket 0, or, as in "c.1", about socket 1.
 *   s 4|6 t|u|i|r    socket: TCP, UDP, ping, raw ICMP     b ADDR PORT      bind
 *   c ADDR PORT      connect, and wait a little            cu               connect to AF_UNSPEC
 *   st ADDR PORT     sendto                                mm A PORT [B P]  sendmmsg of two
 *   sm [ADDR PORT]   sendmsg                               sd, wr           send, write
 *   l, sh, dup       listen, shutdown, dup                 o NAME VALUE     setsockopt
 *   nd               PR_SET_DUMPABLE 0: the whole sequence runs in a child of its own
 *
 * After a send's address: fo (MSG_FASTOPEN), dr (MSG_DONTROUTE), pi=ADDR[%DEVICE] (IP_PKTINFO).
 *
 * A step that begins with '!' makes its call by number and not by libc's function: "!c ADDR PORT".
 */
#include "walk.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool shows_options;

/* Cuts a step into its words, and finds its socket: "c.1 ADDR PORT" names the second one. */
static struct walk_step read_step(struct walk *walk, char *text)
{
	struct walk_step step = {.socket = &walk->sockets[0]};
	char *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(text, " ", &rest); word != NULL && count < WALK_WORDS - 1;
	     word = strtok_r(NULL, " ", &rest))
		step.words[count++] = word;
	if (count == 0)
		return step;
	way_choose(step.words[0][0] == '!');
	if (step.words[0][0] == '!')
		step.words[0]++;
	char *dot = strchr(step.words[0], '.');
	if (dot != NULL) {
		step.socket = &walk->sockets[dot[1] == '1'];
		*dot = '\0';
	} else if (strcmp(step.words[0], "s") == 0) {
		step.socket = &walk->sockets[walk->made < WALK_SOCKETS ? walk->made : 0];
	}
	return step;
}

static void take_step(struct walk *walk, char *text)
{
	struct walk_step step = read_step(walk, text);
	int result = -1;

	if (step.words[0] == NULL)
		return;
	errno = EBADF;
	result = walk_call(walk, &step);
	printf("|%s ", result >= 0 ? "ok" : strerrorname_np(errno));
	walk_print_local(step.socket->fd);
	if (shows_options)
		walk_print_options(step.socket->fd);
}

/* Closes with a reset, so that no connection outlives its sequence and sends later. */
static void close_all(struct walk *walk)
{
	struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	for (size_t i = 0; i < WALK_SOCKETS; i++) {
		if (walk->sockets[i].fd < 0)
			continue;
		if (walk->sockets[i].type == SOCK_STREAM)
			(void)setsockopt(walk->sockets[i].fd, SOL_SOCKET, SO_LINGER, &at_once,
					 sizeof(at_once));
		(void)close(walk->sockets[i].fd);
	}
}

static void run(const char *name, char *steps)
{
	struct walk walk = {.sockets = {{.fd = -1}, {.fd = -1}}, .name = name};
	struct timespec now;
	char *rest = NULL;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	printf("%s %lld", name, (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
	for (char *step = strtok_r(steps, ";", &rest); step != NULL;
	     step = strtok_r(NULL, ";", &rest))
		take_step(&walk, step);
	close_all(&walk);
	putchar('\n');
}

/* Runs a sequence in a child, so that what it does to its process ends with it. */
static void run_in_child(const char *name, char *steps)
{
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		run(name, steps);
		(void)fflush(stdout);
		_exit(0);
	}
	if (child < 0 || waitpid(child, NULL, 0) < 0) {
		perror("walk: a child");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	shows_options = argc == 2 && strcmp(argv[1], "options") == 0;
	(void)signal(SIGPIPE, SIG_IGN);
	while ((length = getline(&line, &size, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		char *steps = strchr(line, ' ');
		if (steps == NULL) {
			puts(line);
			(void)fflush(stdout);
			continue;
		}
		*steps++ = '\0';
		if (strstr(steps, "nd") != NULL)
			run_in_child(line, steps);
		else
			run(line, steps);
	}
	free(line);
	return 0;
}
