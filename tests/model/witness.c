/* SPDX-License-Identifier: MIT */
/*
 * A veth pair hands packets over in order, on the CPU that sends them: when a token has come that
 * was sent behind them by the same uplink, they have come too, or never left.
 */
#include "witness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum {
	TOKEN_TYPE = 0x88b5 /* for experiments: IEEE 802 */,
	TCP_SYN = 2,
	TCP_ACK = 16,
	ECHO_V4 = 8,
	ECHO_V6 = 128
};

static int taps[HOST_DEVICES] = {-1, -1, -1, -1};
static int uplinks[HOST_DEVICES], sender = -1;

struct parsed {
	struct model_packet packet;
	uint8_t protocol;
	const unsigned char *payload;
	size_t length;
};

int witness_open(void)
{
	static const char *const names[] = {[HOST_ETH0] = "to-eth0", [HOST_WLAN0] = "to-wlan0"};
	for (unsigned int i = HOST_ETH0; i < HOST_DEVICES; i++) {
		int size = 16 << 20;
		struct sockaddr_ll at = {
			.sll_family = AF_PACKET,
			.sll_protocol = htons(ETH_P_ALL),
			.sll_ifindex = (int)if_nametoindex(names[i]),
		};
		taps[i] = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (taps[i] < 0 || bind(taps[i], (struct sockaddr *)&at, sizeof(at)) < 0)
			return -1;
		if (setsockopt(taps[i], SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
			(void)setsockopt(taps[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	}
	return 0;
}

int witness_open_tokens(void)
{
	static const char *const names[] = {[HOST_ETH0] = "eth0", [HOST_WLAN0] = "wlan0"};
	sender = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (unsigned int i = HOST_ETH0; i < HOST_DEVICES; i++)
		uplinks[i] = (int)if_nametoindex(names[i]);
	return sender < 0 ? -1 : 0;
}

static uint16_t read_u16(const unsigned char *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static bool parse_v4(const unsigned char *bytes, size_t size, struct parsed *ret)
{
	size_t header = (size_t)(bytes[0] & 15) * 4;
	if (size < 20 || header < 20 || size < header)
		return false;
	ret->protocol = bytes[9];
	ret->packet.source = ip_from_bytes(AF_INET, bytes + 12);
	ret->packet.destination = ip_from_bytes(AF_INET, bytes + 16);
	ret->payload = bytes + header;
	ret->length = size - header;
	if (read_u16(bytes + 2) >= header && read_u16(bytes + 2) < size)
		ret->length = read_u16(bytes + 2) - header;
	return true;
}

static bool parse_v6(const unsigned char *bytes, size_t size, struct parsed *ret)
{
	size_t at = 40;
	if (size < at)
		return false;
	ret->protocol = bytes[6];
	ret->packet.source = ip_from_bytes(AF_INET6, bytes + 8);
	ret->packet.destination = ip_from_bytes(AF_INET6, bytes + 24);
	if (at + read_u16(bytes + 4) < size)
		size = at + read_u16(bytes + 4);
	if (ret->protocol == IPPROTO_ROUTING && size >= at + 8) {
		ret->protocol = bytes[at];
		at += 8 + (size_t)bytes[at + 1] * 8;
	}
	if (at > size)
		return false;
	ret->payload = bytes + at;
	ret->length = size - at;
	return true;
}

static bool has_tag(const struct parsed *parsed, const char *tag)
{
	bool is_reply = (parsed->protocol == IPPROTO_ICMP && parsed->payload[0] != ECHO_V4) ||
			(parsed->protocol == IPPROTO_ICMPV6 && parsed->payload[0] != ECHO_V6);
	return tag != NULL && !is_reply && parsed->length >= WITNESS_TAG_SIZE &&
	       memcmp(parsed->payload + parsed->length - WITNESS_TAG_SIZE, tag, WITNESS_TAG_SIZE) ==
		       0;
}

static bool is_wanted(const struct parsed *parsed, enum witness_wants wants, const char *tag)
{
	if (parsed->length == 0)
		return false;
	if (wants == WITNESS_TAGGED)
		return has_tag(parsed, tag);
	if (parsed->protocol != IPPROTO_TCP || parsed->length < 20)
		return false;
	uint8_t flags = parsed->payload[13];
	if (wants == WITNESS_SYN)
		return (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	return !(flags & TCP_SYN) && parsed->length > (size_t)(parsed->payload[12] >> 4) * 4;
}

static bool is_token(const struct sockaddr_ll *from, const unsigned char *bytes, size_t size,
		     uint32_t number)
{
	uint32_t found = 0;
	if (ntohs(from->sll_protocol) != TOKEN_TYPE || size < sizeof(found))
		return false;
	memcpy(&found, bytes, sizeof(found));
	return found == number;
}

static void send_token(unsigned int uplink, uint32_t number)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(TOKEN_TYPE),
		.sll_ifindex = uplinks[uplink],
		.sll_halen = 6,
		.sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	};
	(void)sendto(sender, &number, sizeof(number), 0, (struct sockaddr *)&to,
		     sizeof(to)); /* if it is lost, we notice */
}

/* On a busy machine, TCP may have sent a segment again before we looked. */
static bool is_sent_again(const struct parsed *parsed, const struct model_packet *packets,
			  int count)
{
	const struct model_packet *packet = &parsed->packet;
	for (int i = 0; i < count && parsed->protocol == IPPROTO_TCP; i++)
		if (packets[i].uplink == packet->uplink && packets[i].port == packet->port &&
		    ip_equal(&packets[i].source, &packet->source) &&
		    ip_equal(&packets[i].destination, &packet->destination))
			return true;
	return false;
}

/* Reads up to the token. Returns the new count, or -1 if the token does not come. */
static int look_at(unsigned int uplink, uint32_t number, enum witness_wants wants, const char *tag,
		   struct model_packet *packets, int count)
{
	unsigned char bytes[2048];
	for (;;) {
		struct sockaddr_ll from;
		socklen_t length = sizeof(from);
		struct parsed parsed = {.packet = {.uplink = uplink}};
		struct pollfd tap = {.fd = taps[uplink], .events = POLLIN};
		ssize_t size = recvfrom(taps[uplink], bytes, sizeof(bytes), 0,
					(struct sockaddr *)&from, &length);
		if (size < 0 && errno == EAGAIN && poll(&tap, 1, 2000) > 0)
			continue;
		if (size < 0)
			return -1;
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		uint16_t kind = ntohs(from.sll_protocol);
		bool is_ip = kind == ETH_P_IP     ? parse_v4(bytes, (size_t)size, &parsed)
			     : kind == ETH_P_IPV6 ? parse_v6(bytes, (size_t)size, &parsed)
						  : false;
		if (is_token(&from, bytes, (size_t)size, number))
			return count;
		if (!is_ip || !is_wanted(&parsed, wants, tag) || count == MODEL_PACKETS_MAX)
			continue;
		if (parsed.protocol == IPPROTO_UDP || parsed.protocol == IPPROTO_TCP)
			parsed.packet.port = read_u16(parsed.payload);
		if (!is_sent_again(&parsed, packets, count))
			packets[count++] = parsed.packet;
	}
}

int witness_look(enum witness_wants wants, const char *tag, struct model_packet *packets)
{
	static uint32_t number;
	int count = 0;
	number++;
	for (unsigned int i = HOST_ETH0; i < HOST_DEVICES; i++)
		send_token(i, number);
	for (unsigned int i = HOST_ETH0; i < HOST_DEVICES && count >= 0; i++)
		count = look_at(i, number, wants, tag, packets, count);
	return count;
}
