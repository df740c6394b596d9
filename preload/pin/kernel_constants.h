/* SPDX-License-Identifier: MIT */
/* Names of socket options that some glibc lacks, because it is older or keeps them to itself. */
#ifndef BINDTO_KERNEL_CONSTANTS_H
#define BINDTO_KERNEL_CONSTANTS_H

#include <netinet/in.h>
#include <sys/socket.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14; glibc 2.34 */
#endif

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* Linux 6.3; glibc 2.38 */
#endif

/* The names of RFC 2292. */
#ifndef IPV6_2292PKTINFO
#define IPV6_2292PKTINFO 2
#endif
#ifndef IPV6_2292RTHDR
#define IPV6_2292RTHDR 5
#endif
#ifndef IPV6_2292PKTOPTIONS
#define IPV6_2292PKTOPTIONS 6
#endif

#endif
