/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes IPv4 and IPv6 socket addresses, whose bytes and lengths come from programs and
 * are not trusted. Every address becomes 16 bytes, an IPv4 one in its v4-mapped form, so that
 * decisions about addresses are written once for both families.
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
	sa_family_t family; /* of the socket address: with AF_INET6, ip may be v4-mapped */
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
/* fe80::/10: such an address is one only together with its link (a scope id, fact 29) */
bool ip_is_scoped(const struct ip *ip);
/* fc00::/7 (RFC 4193) */
bool ip_is_unique_local(const struct ip *ip);
bool ip_equal(const struct ip *a, const struct ip *b);
/* Returns less than, equal to or greater than 0, as memcmp(3). */
int ip_compare(const struct ip *a, const struct ip *b);
/* Returns how many leading bits the addresses share, 0 to 128. */
unsigned int ip_common_bits(const struct ip *a, const struct ip *b);
/* family is AF_INET (4 bytes at address) or AF_INET6 (16 bytes). */
struct ip ip_from_bytes(int family, const void *address);

/* Parses the text of an address, as inet_pton(3) has it, without scope. Returns 0, or -EINVAL. */
int ip_parse(const char *text, struct ip *ret_ip);
/* Writes the text of an address, and returns buffer. */
#define IP_TEXT_SIZE 46
char *ip_format(const struct ip *ip, char buffer[IP_TEXT_SIZE]);

/* RFC 2133's sockaddr_in6 had no scope id, and the kernel still takes it (SIN6_LEN_RFC2133). */
#define ENDPOINT_V6_LENGTH 24

/*
 * Reads a socket address of length bytes, which may be unaligned. Returns 0, -EAFNOSUPPORT for a
 * family other than AF_INET and AF_INET6, or -EINVAL if length is less than the kernel takes (16
 * bytes for AF_INET, ENDPOINT_V6_LENGTH for AF_INET6).
 */
int endpoint_read(const void *address, socklen_t length, struct endpoint *ret_endpoint);

/*
 * Does the same for the address of a bind(2). If the address is a wildcard with AF_UNSPEC, the
 * kernel takes it for AF_INET on an IPv4 socket (__inet_bind()), and so the endpoint's family is
 * AF_INET.
 */
int endpoint_read_bind(const void *address, socklen_t length, struct endpoint *ret_endpoint);

/*
 * Does the same for the peer of a datagram. The kernel takes AF_UNSPEC for AF_INET on an IPv4
 * socket (udp_sendmsg()), so the address is read as one. The endpoint's family stays AF_UNSPEC,
 * because on other sockets such an address names no peer.
 */
int endpoint_read_peer(const void *address, socklen_t length, struct endpoint *ret_endpoint);

/* Writes the endpoint as a socket address and returns its length. The bytes behind it stay. */
socklen_t endpoint_write(const struct endpoint *endpoint, struct sockaddr_storage *ret_address);

#endif
