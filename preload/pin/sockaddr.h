/* SPDX-License-Identifier: MIT */
/*
 * A length-checked view of an IPv4 or IPv6 socket address. Every address is 16 bytes, IPv4 in its
 * v4-mapped form, so that what is decided about an address is written once for both families.
 */
#ifndef BINDTO_SOCKADDR_H
#define BINDTO_SOCKADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct ip {
	uint8_t bytes[16];
};

struct endpoint {
	struct ip ip;
	uint16_t port;      /* host byte order */
	sa_family_t family; /* of the socket address: AF_INET6 may well hold a v4-mapped ip, and
			       AF_UNSPEC one of endpoint_read_peer() */
	uint32_t scope;     /* sin6_scope_id */
};

extern const struct ip IP_V4_WILDCARD, IP_V4_LOOPBACK, IP_V6_WILDCARD, IP_V6_LOOPBACK;

bool ip_is_v4(const struct ip *ip);
/* 0.0.0.0 (mapped or not) and :: */
bool ip_is_wildcard(const struct ip *ip);
/* 127.0.0.0/8 and ::1 */
bool ip_is_loopback(const struct ip *ip);
bool ip_is_multicast(const struct ip *ip);
/* 169.254.0.0/16 and fe80::/10 */
bool ip_is_link_local(const struct ip *ip);
/* fc00::/7 (RFC 4193) */
bool ip_is_unique_local(const struct ip *ip);
bool ip_equal(const struct ip *a, const struct ip *b);
/* Less than, equal to or greater than 0, as memcmp(3). */
int ip_compare(const struct ip *a, const struct ip *b);
/* How many leading bits two addresses share, 0 to 128. */
unsigned int ip_common_bits(const struct ip *a, const struct ip *b);
/* family is AF_INET (4 bytes at address) or AF_INET6 (16 bytes). */
struct ip ip_from_bytes(int family, const void *address);

/*
 * Parses the text of an address, as inet_pton(3) has it, without scope.
 * Returns 0, or -EINVAL.
 */
int ip_parse(const char *text, struct ip *ret_ip);
/* Writes the text of an address; IP_TEXT_SIZE is enough for any. Returns buffer. */
#define IP_TEXT_SIZE 46
char *ip_format(const struct ip *ip, char buffer[IP_TEXT_SIZE]);

/* RFC 2133's sockaddr_in6 had no scope; the kernel still takes it (SIN6_LEN_RFC2133). */
#define ENDPOINT_V6_LENGTH 24

/*
 * Reads a socket address of length bytes; address may be unaligned.
 * Returns 0, -EAFNOSUPPORT for a family other than AF_INET and AF_INET6, or -EINVAL if length is
 * less than the kernel takes (16 and 24, see ip(7) and RFC 2133's sockaddr_in6 in net/ipv6/).
 */
int endpoint_read(const void *address, socklen_t length, struct endpoint *ret_endpoint);

/*
 * As endpoint_read(), for bind(2): an IPv4 socket takes AF_UNSPEC with the wildcard for AF_INET
 * (__inet_bind() in the kernel).
 */
int endpoint_read_bind(const void *address, socklen_t length, struct endpoint *ret_endpoint);

/*
 * As endpoint_read(), for the peer of a datagram: an IPv4 socket takes AF_UNSPEC for AF_INET
 * (udp_sendmsg() in the kernel). The endpoint's family stays AF_UNSPEC then, for other sockets take
 * it for no peer at all.
 */
int endpoint_read_peer(const void *address, socklen_t length, struct endpoint *ret_endpoint);

/* Writes the socket address of endpoint, and nothing behind it; returns its length. */
socklen_t endpoint_write(const struct endpoint *endpoint, struct sockaddr_storage *ret_address);

#endif
