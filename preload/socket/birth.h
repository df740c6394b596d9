/* SPDX-License-Identifier: MIT */
/*
 * Pins a socket when it is made, by direct system calls. To bind a stream to the pin changes two of
 * its options, which the program must not notice. To undo that at once would cost each birth up to
 * three calls more, so it is undone when it matters:
 *   IP_BIND_ADDRESS_NO_PORT  stays on until the program binds (bind.c)
 *   IPV6_V6ONLY              of a stream on an IPv6 address, stays on until birth_settle()
 * Only the socket itself remembers that: the program's own bind has given it a port, and the
 * program's own choice of IP_BIND_ADDRESS_NO_PORT the address PORTLESS_ADDRESS. A datagram socket may
 * get a port by calls that nobody looks at, so it gets both options back at once.
 */
#ifndef BINDTO_BIRTH_H
#define BINDTO_BIRTH_H

#include "pin/pin.h"

/*
 * Pins a socket that was made this moment. If the pin cannot be applied just now (an address
 * that is gone), the socket is held to loopback and the call that needs the pin fails later.
 * Returns 0, or -errno only if not even that can be done: the socket must then be closed.
 */
int birth_give(int fd, const struct pin *pin, int domain, int type);

/*
 * The same under a supervisor (pin_on_closed_socket(), pin_on_sealed_socket()). It does not see
 * what a program does with IPV6_V6ONLY, and its pin leaves nothing of that. A sealed socket has a
 * port, too, so that a bind that goes by unseen cannot move it (EINVAL).
 */
int birth_give_closed(int fd, const struct pin *pin, int domain, int type);
int birth_give_sealed(int fd, const struct pin *pin, int domain, int type);

/*
 * Seals a socket that its program has used (pin_on_seal()); a datagram socket that cannot be sealed
 * is shut. Returns 1; 0 if fd is none that the pin holds; -EPERM for a stream or a raw
 * socket that stays unsealed.
 */
int birth_seal(int fd, const struct pin *pin);

/*
 * The same for the library in a process that the supervisor may not look into: it goes on to see
 * the calls that the program makes by libc, and needs its sockets open for them. Calls by number
 * pass unseen. So a stream is closed, and what only its device would hold is sealed.
 */
int birth_give_hidden(int fd, const struct pin *pin, int domain, int type);

/*
 * Makes a socket like one of birth_give_hidden(), for the supervisor, when the process of the
 * library forbids to be looked into. Returns 0, 1 or -errno, as birth_seal().
 */
int birth_hide(int fd, const struct pin *pin);

/*
 * Confines the ports that the kernel chooses for fd (IP_LOCAL_PORT_RANGE, Linux 6.3); low and high
 * 0: no more. Returns 0 or -errno.
 */
int birth_confine_ports(int fd, uint16_t low, uint16_t high);

/* Gives a new socket the options that the user asked for. Returns 0 or -errno. */
int birth_give_settings(int fd, const struct pin_settings *settings, int domain, int type);

/* What a new IPv6 stream has for IPV6_V6ONLY (net.ipv6.bindv6only), for the pin. */
bool birth_v6only(void);

/*
 * Brings a fresh socket to what the kernel makes: before the program chooses IPV6_V6ONLY, and
 * before it matters. Others are left alone. local is its address. Returns 0 or -errno.
 */
int birth_settle(int fd, const struct pin *pin, const struct endpoint *local);

/* facts_read() of a socket that birth_settle() has settled before. */
int birth_facts(int fd, const struct pin *pin, struct facts *ret_facts);

/* Is IPV6_V6ONLY on only because a fresh socket is not settled, or was not when it connected? */
bool birth_hides_v6only(int fd);

/*
 * Before the program switches IP_BIND_ADDRESS_NO_PORT on: so that its bind finds its choice.
 * Returns 0 or -errno.
 */
int birth_choose_portless(int fd, const struct pin *pin);

#endif
