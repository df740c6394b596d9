/* SPDX-License-Identifier: MIT */
/*
 * Asks the kernel by direct system calls, as local.c does. A question for a route names the device.
 * If no IPv4 route leads there, the kernel assumes a neighbour on that device; RTM_F_FIB_MATCH
 * (Linux 4.13) has it say that there is none.
 */
#include "socket/uplink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "socket/sys.h"

static int ask(int fd, const char *name, unsigned long question, struct ifreq *ret_answer)
{
	memcpy(ret_answer->ifr_name, name, sizeof(ret_answer->ifr_name));
	return sys_ioctl(fd, question, ret_answer);
}

bool uplink_is_up(int fd, const char *name)
{
	struct ifreq answer;
	const short up = IFF_UP | IFF_RUNNING;
	return ask(fd, name, SIOCGIFFLAGS, &answer) == 0 && (answer.ifr_flags & up) == up;
}

unsigned int uplink_index(int fd, const char *name)
{
	struct ifreq answer;
	return ask(fd, name, SIOCGIFINDEX, &answer) == 0 ? (unsigned int)answer.ifr_ifindex : 0;
}

struct question {
	struct nlmsghdr header;
	struct rtmsg body;
	struct rtattr device_header;
	uint32_t device;
	struct rtattr peer_header;
	uint8_t peer[16];
};

/* Only a default route leads to these: 0.0.0.1 and 2000::1 are nobody's addresses. */
static const struct ip NOBODY_V4 = {{[10] = 0xff, [11] = 0xff, [15] = 1}};
static const struct ip NOBODY_V6 = {{[0] = 0x20, [15] = 1}};

static struct question question_for(unsigned int ifindex, bool is_v4, const struct ip *peer)
{
	size_t skip = is_v4 ? 12 : 0;
	size_t size = sizeof(peer->bytes) - skip;
	struct question question = {
		.header = {.nlmsg_len = (uint32_t)(offsetof(struct question, peer) + size),
			   .nlmsg_type = RTM_GETROUTE,
			   .nlmsg_flags = NLM_F_REQUEST},
		.body = {.rtm_family = is_v4 ? AF_INET : AF_INET6,
			 .rtm_dst_len = (unsigned char)(8 * size),
			 .rtm_flags = RTM_F_FIB_MATCH},
		.device_header = {.rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = RTA_OIF},
		.device = ifindex,
		.peer_header = {.rta_len = (unsigned short)RTA_LENGTH(size), .rta_type = RTA_DST},
	};
	memcpy(question.peer, peer->bytes + skip, size);
	return question;
}

bool uplink_has_route(unsigned int ifindex, bool is_v4, const struct ip *peer)
{
	struct question question = question_for(ifindex, is_v4,
						peer    ? peer
						: is_v4 ? &NOBODY_V4
							: &NOBODY_V6);
	struct {
		struct nlmsghdr header;
		struct rtmsg body;
	} answer;
	int fd = sys_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return false;
	ssize_t n = sys_send(fd, &question, question.header.nlmsg_len);
	if (n >= 0)
		n = sys_receive(fd, &answer, sizeof(answer)); /* its first part is enough */
	sys_close(fd);
	return n >= (ssize_t)sizeof(answer) && answer.header.nlmsg_type == RTM_NEWROUTE &&
	       answer.body.rtm_type == RTN_UNICAST;
}

/* connect(2) to a broadcast address fails with EACCES, unless the socket has SO_BROADCAST. */
bool uplink_is_broadcast(const struct ip *ip)
{
	struct endpoint endpoint = {.family = AF_INET, .ip = *ip, .port = 9};
	int fd = sys_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true; /* it cannot be found out, so it may be one */
	int r = sys_connect(fd, &endpoint);
	sys_close(fd);
	return r == -EACCES;
}
