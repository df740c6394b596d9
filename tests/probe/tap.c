/* SPDX-License-Identifier: MIT */
/*
 * usage: tap DEVICE... -- RULE... — sees every packet that its network namespace sends by the
 * devices, and prints those that the rules forbid.
 *
 * Rules:  DEVICE=ADDR   packets from ADDR may leave by DEVICE, or, with the name `any`, by any
 *         to=ADDR       packets to ADDR are not judged
 *         ports=LOW-HIGH  TCP and UDP packets must come from such a port (one of those given)
 *         loopback      packets to loopback addresses are judged by their source, as others are: a
 *                       program that chooses a device itself sends such packets. Without this
 *                       rule they are forbidden
 *
 * Each line of standard input is a question. The answer has a line for each forbidden packet since
 * the last question, "TIME DEVICE PROTOCOL SOURCE PORT DESTINATION PORT" with the time in
 * nanoseconds, and then ". JUDGED LOST": how many packets tap has judged so far, and how many it
 * could not see.
 *
 * tap listens on the sender's side, where the kernel hands a packet over within the call that sends
 * it: when the call returns, the packet is here. tap does not judge what the kernel sends by itself
 * (neighbour discovery, group memberships, resets for no socket). IPv6 acknowledgements and resets
 * from a pinned source may leave by any device, because the kernel sends those of a closed
 * connection by the routing table (fact 8, tests/kernel_uplinks.bats).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_RULES = 32, MOST_TAPS = 4, ROOM = 64 << 20, SNAP = 256, SOURCE_ROUTE = 131 };
enum { TCP_RST = 4, TCP_ACK = 16, ICMP_DISCOVERY = 130, ICMP_DISCOVERY_END = 137, MLD2 = 143 };

struct rule {
	enum { RULE_FROM, RULE_TO, RULE_PORTS } kind;
	const char *device; /* NULL: any */
	struct in6_addr address;
	unsigned int low, high;
};

struct packet {
	struct in6_addr source, destination; /* IPv4 as v4-mapped */
	int protocol;
	unsigned int from, to; /* ports */
	bool is_stray;         /* an acknowledgement or a reset that may belong to no socket */
	bool is_kernels;
	const char *device;
};

static struct rule rules[MOST_RULES];
static size_t rule_count;
static struct pollfd taps[MOST_TAPS + 1];
static const char *devices[MOST_TAPS + 1];
static nfds_t tap_count = 1; /* the first one is standard input */
static unsigned long judged, lost;
static bool loopback_may_leave;

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static struct in6_addr read_address(const char *text)
{
	struct in6_addr address = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	if (inet_pton(AF_INET, text, &address.s6_addr[12]) == 1 ||
	    inet_pton(AF_INET6, text, &address) == 1)
		return address;
	fprintf(stderr, "tap: '%s' is not an address\n", text);
	exit(2);
}

static void add_rule(char *text)
{
	struct rule *rule = &rules[rule_count];
	char *value = strchr(text, '=');

	if (strcmp(text, "loopback") == 0) {
		loopback_may_leave = true;
		return;
	}
	if (value == NULL || rule_count == MOST_RULES) {
		fprintf(stderr, "tap: '%s' is one rule too many, or none\n", text);
		exit(2);
	}
	*value++ = '\0';
	rule_count++;
	if (strcmp(text, "ports") == 0) {
		rule->kind = RULE_PORTS;
		rule->low = (unsigned int)strtoul(value, &value, 10);
		rule->high = *value == '-' ? (unsigned int)strtoul(value + 1, NULL, 10) : rule->low;
		return;
	}
	rule->kind = strcmp(text, "to") == 0 ? RULE_TO : RULE_FROM;
	rule->device = strcmp(text, "any") == 0 ? NULL : text;
	rule->address = read_address(value);
}

/* Adds a socket that sees what leaves by the device, but not what arrives. */
static void add_tap(const char *device)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SNAP),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
	struct sockaddr_ll here = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int room = ROOM, on = 1;

	here.sll_ifindex = (int)if_nametoindex(device);
	if (fd < 0 || here.sll_ifindex == 0 || tap_count > MOST_TAPS ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0)
		fail(device);
	/* In a user namespace, the room is any user's; packets that do not fit count as lost. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) < 0)
		fail("SO_RCVBUF");
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		fail("bind");
	devices[tap_count] = device;
	taps[tap_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/* The kernel answers so to a segment that found no socket: the reset continues no sequence. */
static bool is_orphan(const uint8_t *tcp)
{
	bool is_new = (tcp[4] | tcp[5] | tcp[6] | tcp[7]) == 0;

	return (tcp[13] & TCP_RST) != 0 && ((tcp[13] & TCP_ACK) == 0 || is_new);
}

/* While an IPv6 connection is in TIME_WAIT, the kernel sends such segments by the routing table. */
static bool is_stray(const uint8_t *tcp, size_t size)
{
	return (tcp[13] & TCP_RST) != 0 ||
	       (tcp[13] == TCP_ACK && size == (size_t)(tcp[12] >> 4) * 4);
}

/* Reads what follows the IP headers: `size` bytes were on the wire, and `seen` of them are here. */
static void read_transport(struct packet *packet, const uint8_t *at, size_t seen, size_t size)
{
	if ((packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP) && seen >= 4) {
		packet->from = (unsigned int)at[0] << 8 | at[1];
		packet->to = (unsigned int)at[2] << 8 | at[3];
	}
	if (packet->protocol == IPPROTO_TCP && seen >= 20) {
		packet->is_stray = !IN6_IS_ADDR_V4MAPPED(&packet->source) && is_stray(at, size);
		packet->is_kernels = is_orphan(at);
	}
	if (packet->protocol == IPPROTO_ICMPV6 && seen >= 1)
		packet->is_kernels =
			(at[0] >= ICMP_DISCOVERY && at[0] <= ICMP_DISCOVERY_END) || at[0] == MLD2;
	if (packet->protocol == IPPROTO_IGMP)
		packet->is_kernels = true;
}

static bool read_ipv4(struct packet *packet, const uint8_t *at, size_t seen)
{
	size_t header = seen >= 20 ? (size_t)(at[0] & 15) * 4 : 0;
	size_t total;

	if (header < 20 || header > seen)
		return false;
	total = (size_t)at[2] << 8 | at[3];
	packet->source = packet->destination =
		(struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
	memcpy(&packet->source.s6_addr[12], at + 12, 4);
	memcpy(&packet->destination.s6_addr[12], at + 16, 4);
	packet->protocol = at[9];
	read_transport(packet, at + header, seen - header, total - header);
	return true;
}

static bool read_ipv6(struct packet *packet, const uint8_t *at, size_t seen)
{
	size_t left, size;

	if (seen < 40)
		return false;
	memcpy(&packet->source, at + 8, 16);
	memcpy(&packet->destination, at + 24, 16);
	packet->protocol = at[6];
	size = (size_t)at[4] << 8 | at[5];
	left = seen - 40;
	at += 40;
	while ((packet->protocol == IPPROTO_HOPOPTS || packet->protocol == IPPROTO_ROUTING) &&
	       left >= 8) {
		size_t header = 8 + (size_t)at[1] * 8;

		if (header > left)
			break;
		packet->protocol = at[0];
		at += header;
		left -= header;
		size -= header;
	}
	read_transport(packet, at, left, size);
	return true;
}

static bool is_loopback(const struct in6_addr *address)
{
	return IN6_IS_ADDR_LOOPBACK(address) ||
	       (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
}

static bool is_allowed(const struct packet *packet)
{
	bool from = false, elsewhere = false, port = true;
	bool has_ports = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;

	/* The kernel sends resets for no socket to this host itself, with bindto or without. */
	if (packet->is_stray && IN6_IS_ADDR_LOOPBACK(&packet->destination))
		return true;
	if (!loopback_may_leave && is_loopback(&packet->destination))
		return false;
	for (size_t i = 0; i < rule_count; i++) {
		if (rules[i].kind == RULE_PORTS)
			port = !has_ports;
	}
	for (size_t i = 0; i < rule_count; i++) {
		const struct rule *rule = &rules[i];

		if (rule->kind == RULE_TO &&
		    IN6_ARE_ADDR_EQUAL(&rule->address, &packet->destination))
			return true;
		if (rule->kind == RULE_PORTS && packet->from >= rule->low &&
		    packet->from <= rule->high)
			port = true;
		if (rule->kind != RULE_FROM || !IN6_ARE_ADDR_EQUAL(&rule->address, &packet->source))
			continue;
		elsewhere = true;
		if (rule->device == NULL || strcmp(rule->device, packet->device) == 0)
			from = true;
	}
	return (from && port) || (elsewhere && packet->is_stray);
}

static void write_address(const struct in6_addr *address, unsigned int port)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_V4MAPPED(address))
		inet_ntop(AF_INET, &address->s6_addr[12], text, sizeof(text));
	else
		inet_ntop(AF_INET6, address, text, sizeof(text));
	printf(" %s %u", text, port);
}

static void tell(const struct packet *packet, const struct timespec *when)
{
	const char *name = packet->protocol == IPPROTO_TCP      ? "tcp"
			   : packet->protocol == IPPROTO_UDP    ? "udp"
			   : packet->protocol == IPPROTO_ICMP   ? "icmp"
			   : packet->protocol == IPPROTO_ICMPV6 ? "icmp6"
								: "other";

	printf("%lld %s %s%s", (long long)when->tv_sec * 1000000000LL + when->tv_nsec,
	       packet->device, name, packet->is_stray ? "-stray" : "");
	write_address(&packet->source, packet->from);
	write_address(&packet->destination, packet->to);
	putchar('\n');
}

static bool receive(int fd, const char *device)
{
	uint8_t bytes[SNAP];
	_Alignas(struct cmsghdr) char control[128];
	struct sockaddr_ll by;
	struct iovec data = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr message = {.msg_name = &by,
				 .msg_namelen = sizeof(by),
				 .msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct packet packet = {.device = device};
	struct timespec when = {.tv_sec = 0};
	ssize_t length = recvmsg(fd, &message, 0);

	if (length < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&when, CMSG_DATA(c), sizeof(when));
	}
	if ((by.sll_protocol == htons(ETH_P_IP) && !read_ipv4(&packet, bytes, (size_t)length)) ||
	    (by.sll_protocol == htons(ETH_P_IPV6) && !read_ipv6(&packet, bytes, (size_t)length)) ||
	    (by.sll_protocol != htons(ETH_P_IP) && by.sll_protocol != htons(ETH_P_IPV6)) ||
	    packet.is_kernels)
		return true;
	judged++;
	if (!is_allowed(&packet))
		tell(&packet, &when);
	return true;
}

static void drain(void)
{
	struct tpacket_stats statistics;
	socklen_t length = sizeof(statistics);

	for (nfds_t i = 1; i < tap_count; i++) {
		while (receive(taps[i].fd, devices[i]))
			;
		if (getsockopt(taps[i].fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) ==
		    0)
			lost += statistics.tp_drops;
	}
}

int main(int argc, char **argv)
{
	char question[64];
	ssize_t length;
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		add_tap(argv[i]);
	for (i++; i < argc; i++)
		add_rule(argv[i]);
	taps[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	while (poll(taps, tap_count, -1) > 0) {
		drain();
		if (taps[0].revents == 0)
			continue;
		length = read(STDIN_FILENO, question, sizeof(question));
		if (length <= 0)
			return 0;
		drain();
		printf(". %lu %lu\n", judged, lost);
		(void)fflush(stdout);
	}
	fail("poll");
}
