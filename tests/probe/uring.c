/* SPDX-License-Identifier: MIT */
/*
 * usage: uring udp|fd:N ADDRESS PORT — sends one datagram by IORING_OP_SENDMSG, without a library,
 * so that only the kernel sees the call; prints "OUTCOME" ("ENOSYS" if there is no io_uring).
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"

struct ring {
	int fd;
	struct io_uring_params params;
	char *queues; /* submissions and completions, IORING_FEAT_SINGLE_MMAP */
	struct io_uring_sqe *entries;
};

/* Linux 5.10 refuses to map more than the queues' own size (EINVAL). */
static size_t queues_size(const struct io_uring_params *params)
{
	size_t submissions = params->sq_off.array + params->sq_entries * sizeof(unsigned int);
	size_t completions = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);

	return submissions > completions ? submissions : completions;
}

static int ring_open(struct ring *ring)
{
	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, 1, &ring->params);
	if (ring->fd < 0)
		return -1;
	ring->queues = mmap(NULL, queues_size(&ring->params), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, sizeof(*ring->entries), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQES);
	return ring->queues == MAP_FAILED || (void *)ring->entries == MAP_FAILED ? -1 : 0;
}

static unsigned int *ring_at(const struct ring *ring, unsigned int offset)
{
	return (unsigned int *)(void *)(ring->queues + offset);
}

/* Submits the one entry and waits for it; returns what the operation returned, or -errno. */
static int ring_run(struct ring *ring)
{
	struct io_uring_cqe completion;

	ring_at(ring, ring->params.sq_off.array)[0] = 0;
	__atomic_store_n(ring_at(ring, ring->params.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -errno;
	memcpy(&completion, ring->queues + ring->params.cq_off.cqes, sizeof(completion));
	return completion.res;
}

int main(int argc, char **argv)
{
	struct ring ring;

	if (argc != 4)
		return 2;

	struct target target = probe_target(argv[2], argv[3]);
	int fd = probe_socket(argv[1], &target);
	struct iovec data = {.iov_base = (char[]){'x'}, .iov_len = 1};
	struct msghdr message = {.msg_name = &target.address,
				 .msg_namelen = target.length,
				 .msg_iov = &data,
				 .msg_iovlen = 1};
	if (ring_open(&ring) < 0) {
		puts(probe_outcome(-1));
		return 0;
	}
	*ring.entries = (struct io_uring_sqe){
		.opcode = IORING_OP_SENDMSG, .fd = fd, .addr = (unsigned long)&message, .len = 1};
	int result = ring_run(&ring);

	errno = -result;
	puts(probe_outcome(result));
	return 0;
}
