/* SPDX-License-Identifier: MIT */
/*
 * Reads an RTM_GETADDR dump by hand. It runs inside other programs' calls, where a library that
 * allocates memory must not be used. The kernel sends a dump in pieces of at most 8 KiB
 * (NLMSG_GOODSIZE).
 */
#include "socket/local.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "socket/sys.h"

#define PIECE_SIZE 8192

bool local_address_usable(const struct local_address *address)
{
	if (address->flags & IFA_F_DADFAILED)
		return false;
	return !(address->flags & IFA_F_TENTATIVE) || (address->flags & IFA_F_OPTIMISTIC);
}

/* Returns 1 if only a has the flag, -1 if only b has it, else 0. */
static int compare_flag(const struct local_address *a, const struct local_address *b, uint32_t flag)
{
	return ((a->flags & flag) != 0) - ((b->flags & flag) != 0);
}

bool local_address_better(const struct local_address *a, const struct local_address *b)
{
	bool is_v4 = ip_is_v4(&a->ip);
	int order = (a->scope < b->scope) - (a->scope > b->scope);
	if (order == 0)
		order = -compare_flag(a, b, IFA_F_DEPRECATED);
	if (order == 0) /* a unique local address reaches no global peer */
		order = ip_is_unique_local(&b->ip) - ip_is_unique_local(&a->ip);
	/* One bit has two meanings: secondary for IPv4, temporary for IPv6. */
	if (order == 0)
		order = compare_flag(a, b, IFA_F_TEMPORARY) * (is_v4 ? -1 : 1);
	return order > 0;
}

void local_exempt(const struct local_address *address, struct pin *pin, struct prefix *room)
{
	bool is_taken =
		setting_takes(pin->settings.values[SETTING_PREFERS], &address->ip, address->flags);
	room[pin->exempt_count++] = (struct prefix){
		.ip = address->ip,
		.length = 128,
		.reach = REACH_OWN,
		.ifindex = is_taken ? address->ifindex : 0,
	};
}

/* Reads one RTM_NEWADDR. On a tunnel, IFA_LOCAL is the address and IFA_ADDRESS is the peer's. */
static bool read_address(const struct nlmsghdr *message, struct local_address *ret_address)
{
	struct ifaddrmsg body;
	if (message->nlmsg_type != RTM_NEWADDR || message->nlmsg_len < NLMSG_LENGTH(sizeof(body)))
		return false;
	memcpy(&body, NLMSG_DATA(message), sizeof(body));
	if (body.ifa_family != AF_INET && body.ifa_family != AF_INET6)
		return false;

	size_t size = body.ifa_family == AF_INET ? 4 : 16;
	const uint8_t *at = (const uint8_t *)message + NLMSG_SPACE(sizeof(body));
	const uint8_t *end = (const uint8_t *)message + message->nlmsg_len;
	struct local_address address = {
		.ifindex = body.ifa_index, .flags = body.ifa_flags, .scope = body.ifa_scope};
	bool has_address = false, has_local = false;
	struct rtattr attribute;

	while (at < end && (size_t)(end - at) >= sizeof(attribute)) {
		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > end - at)
			return false;
		size_t length = attribute.rta_len - sizeof(attribute);
		const uint8_t *data = at + sizeof(attribute);
		if (attribute.rta_type == IFA_LOCAL && length >= size) {
			address.ip = ip_from_bytes(body.ifa_family, data);
			has_local = true;
		} else if (attribute.rta_type == IFA_ADDRESS && length >= size && !has_local) {
			address.ip = ip_from_bytes(body.ifa_family, data);
			has_address = true;
		} else if (attribute.rta_type == IFA_FLAGS && length >= sizeof(address.flags)) {
			memcpy(&address.flags, data, sizeof(address.flags));
		}
		at += RTA_ALIGN(attribute.rta_len);
	}
	*ret_address = address;
	return has_local || has_address;
}

/* Returns 1 if the dump is complete, 0 if more pieces follow, or -errno. */
static int read_piece(const uint8_t *piece, size_t length,
		      void (*each)(const struct local_address *address, void *context),
		      void *context)
{
	struct nlmsghdr header;
	while (length >= sizeof(header)) {
		struct local_address address;
		memcpy(&header, piece, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > length)
			return -EPROTO;
		if (header.nlmsg_type == NLMSG_DONE)
			return 1;
		if (header.nlmsg_type == NLMSG_ERROR)
			return -EPROTO;
		if (read_address((const struct nlmsghdr *)(const void *)piece, &address))
			each(&address, context);
		size_t step = NLMSG_ALIGN(header.nlmsg_len);
		if (step >= length)
			break;
		piece += step;
		length -= step;
	}
	return 0;
}

static int request_dump(int fd)
{
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg body;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETADDR,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.ifa_family = AF_UNSPEC},
	};
	ssize_t n = sys_send(fd, &request, sizeof(request));
	return n < 0 ? (int)n : 0;
}

int local_addresses(void (*each)(const struct local_address *address, void *context), void *context)
{
	_Alignas(struct nlmsghdr) uint8_t piece[PIECE_SIZE];
	int fd = sys_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return fd;
	int r = request_dump(fd);
	while (r == 0) {
		ssize_t n = sys_receive(fd, piece, sizeof(piece));
		if (n == -EINTR)
			continue;
		if (n <= 0)
			r = n < 0 ? (int)n : -EPROTO;
		else
			r = read_piece(piece, (size_t)n, each, context);
	}
	sys_close(fd);
	return r < 0 ? r : 0;
}
