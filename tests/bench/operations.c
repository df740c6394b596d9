/* SPDX-License-Identifier: MIT */
/*
 * The operations. They close a connection with a reset. If they left its port in TIME_WAIT, later
 * connections would search through those ports, and the first variant would look faster.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loop.h"

#define DATA_SIZE 64

static char data[DATA_SIZE];

struct address address_parse(const char *text, const char *port)
{
	struct address address = {.length = 0};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	in_port_t number = htons((uint16_t)strtoul(port, NULL, 10));

	v4.sin_port = v6.sin6_port = number;
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		address.length = sizeof(v4);
		memcpy(&address.bytes, &v4, sizeof(v4));
	} else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
		address.length = sizeof(v6);
		memcpy(&address.bytes, &v6, sizeof(v6));
	} else {
		fprintf(stderr, "'%s' is not an address\n", text);
		exit(2);
	}
	return address;
}

static int bind_own(int fd, const struct job *job)
{
	static const int on = 1;

	if (job->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, job->device,
				      (socklen_t)strlen(job->device)) < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) < 0)
		return -1;
	return bind(fd, (const struct sockaddr *)&job->own.bytes, job->own.length);
}

int job_socket(const struct job *job, int type)
{
	int fd = socket(job->peer.bytes.ss_family, type, 0);

	if (fd >= 0 && job->own.length > 0 && bind_own(fd, job) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static const struct sockaddr *peer_of(const struct job *job)
{
	return (const struct sockaddr *)&job->peer.bytes;
}

static int do_socket(const struct job *job)
{
	int fd = job_socket(job, SOCK_STREAM);

	return fd < 0 ? -1 : close(fd);
}

static int do_connect(const struct job *job)
{
	static const struct linger reset = {.l_onoff = 1};
	int fd = job_socket(job, SOCK_STREAM);

	if (fd < 0 || connect(fd, peer_of(job), job->peer.length) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) < 0)
		return -1;
	return close(fd);
}

/* Connects one datagram socket again and again: little work for the kernel, much for the pin. */
static int do_reconnect(const struct job *job)
{
	return connect(job->kept, peer_of(job), job->peer.length);
}

static int do_sendto(const struct job *job)
{
	return (int)sendto(job->kept, data, sizeof(data), 0, peer_of(job), job->peer.length);
}

static struct msghdr message_to(const struct job *job, struct iovec *part)
{
	*part = (struct iovec){.iov_base = data, .iov_len = sizeof(data)};
	return (struct msghdr){
		.msg_name = (void *)&job->peer.bytes, /* sendmsg does not write there */
		.msg_namelen = job->peer.length,
		.msg_iov = part,
		.msg_iovlen = 1,
	};
}

static int do_sendmsg(const struct job *job)
{
	struct iovec part;
	struct msghdr message = message_to(job, &part);

	return (int)sendmsg(job->kept, &message, 0);
}

static int do_sendmmsg(const struct job *job)
{
	struct iovec part;
	struct mmsghdr message = {.msg_hdr = message_to(job, &part)};

	return sendmmsg(job->kept, &message, 1, 0);
}

/* The socket is connected first; see main(). */
static int do_send(const struct job *job)
{
	return (int)send(job->kept, data, sizeof(data), 0);
}

const struct operation *operation_find(const char *name)
{
	static const struct operation operations[] = {
		{"socket", false, do_socket},      {"connect", false, do_connect},
		{"reconnect", true, do_reconnect}, {"sendto", true, do_sendto},
		{"sendmsg", true, do_sendmsg},     {"sendmmsg", true, do_sendmmsg},
		{"send", true, do_send},
	};

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	return NULL;
}

void job_repeat(const struct operation *operation, const struct job *job, long count)
{
	for (long left = count; left > 0; left--) {
		if (operation->once(job) < 0) {
			perror(operation->name);
			exit(1);
		}
	}
}
