/* SPDX-License-Identifier: MIT */
/*
 * Pins a socket when it is made, by direct system calls.
 *
 * Binding a stream to the pin changes two of its options, and the program must not notice. To undo
 * that at once would cost each birth up to three more calls, so it is undone when it matters:
 *   IP_BIND_ADDRESS_NO_PORT  stays on until the program binds (bind.c)
 *   IPV6_V6ONLY              of a stream on an IPv6 address, stays on until birth_settle()
 * Nobody keeps a list of such sockets: the socket itself tells. If the program has bound it, it has
 * a port. If the program chose IP_BIND_ADDRESS_NO_PORT, its address is PORTLESS_ADDRESS. A datagram
 * socket may get a port by calls that nobody looks at, so it gets both options back at once.
 */
#ifndef BINDTO_BIRTH_H
#define BINDTO_BIRTH_H

#include "pin/pin.h"

/*
 * Pins a new socket. If the pin cannot be applied just now, because its address is gone, the socket
 * is held to loopback and a later call that needs the pin fails. Returns 0, or -errno if not even
 * that can be done: the caller must then close the socket.
 */
int birth_give(int fd, const struct pin *pin, int domain, int type);

/*
 * Do the same under a supervisor (pin_on_closed_socket(), pin_on_sealed_socket()). A supervisor
 * does not see what a program does with IPV6_V6ONLY, so that option is set back at birth. A sealed
 * socket also gets a port, so that a bind which passes unseen cannot move it (EINVAL).
 */
int birth_give_closed(int fd, const struct pin *pin, int domain, int type);
int birth_give_sealed(int fd, const struct pin *pin, int domain, int type);

/*
 * Seals a socket that its program has used (pin_on_seal()). A datagram socket that cannot be sealed
 * is shut. Returns 1; 0 if fd is no socket that the pin holds; or -EPERM if a stream or a raw
 * socket stays unsealed.
 */
int birth_seal(int fd, const struct pin *pin);

/*
 * Pins a new socket of the library's, in a process that the supervisor may not inspect. The library
 * still sees the calls that the program makes by libc, and needs the socket open for them. Calls by
 * number pass unseen. So a stream is closed, and a socket that only its device would hold is
 * sealed. Returns as birth_give() does.
 */
int birth_give_hidden(int fd, const struct pin *pin, int domain, int type);

/*
 * Makes a used socket like one of birth_give_hidden(). The supervisor does so when a process that
 * has the library forbids to be inspected. Returns 0, 1 or -errno, as birth_seal() does.
 */
int birth_hide(int fd, const struct pin *pin);

/*
 * Has the kernel choose fd's ports from low to high (IP_LOCAL_PORT_RANGE, Linux 6.3). If both are
 * 0, it chooses from its own range again. Returns 0 or -errno.
 */
int birth_confine_ports(int fd, uint16_t low, uint16_t high);

/*
 * Has the kernel choose the socket's ports from the pin's range, if it can (pin->ports_by_kernel).
 * Returns 0 or -errno.
 */
int birth_take_range(int fd, const struct pin *pin, int type);

/*
 * Gives a socket that the program inherited or received what others have from birth on, unless it
 * has it: the mark (the process may have no right to set it again), the range of ports if it has no
 * port yet, and IPV6_V6ONLY if it needs that (pin_is_v6_alone()); facts->v6only then says so. A
 * socket that has a port cannot get IPV6_V6ONLY, and the verdicts mind that. In a VRF it takes
 * SO_BROADCAST away, which a socket that is born there cannot get. Returns 0 or -errno:
 * -EOPNOTSUPP if it is one of MPTCP, which nothing holds.
 */
int birth_complete(int fd, const struct pin *pin, struct facts *facts);

/* Gives a new socket the options that the user asked for. Returns 0 or -errno. */
int birth_give_settings(int fd, const struct pin_settings *settings, int domain, int type);

/* Returns whether a new IPv6 stream has IPV6_V6ONLY on (net.ipv6.bindv6only). */
bool birth_v6only(void);

/*
 * Gives a fresh stream the IPV6_V6ONLY that the kernel gave it before the pin was applied. Call it
 * before the program sets that option, and before it matters. Other sockets stay as they are. local
 * is the socket's address. Returns 0 or -errno.
 */
int birth_settle(int fd, const struct pin *pin, const struct endpoint *local);

/* Settles the socket (birth_settle()) and then reads its facts. Returns 0 or -errno. */
int birth_facts(int fd, const struct pin *pin, struct facts *ret_facts);

/* Is IPV6_V6ONLY on only because the stream is fresh, or was so when it connected? */
bool birth_hides_v6only(int fd);

/*
 * Call it before the program switches IP_BIND_ADDRESS_NO_PORT on. Moves a fresh stream to
 * PORTLESS_ADDRESS, so that the program's later bind knows of that choice. Returns 0 or -errno.
 */
int birth_choose_portless(int fd, const struct pin *pin);

#endif
