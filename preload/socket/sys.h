/* SPDX-License-Identifier: MIT */
/*
 * Makes system calls without libc's functions, because the library hooks those, and other libraries
 * may. Unless it says otherwise, each returns what the system call returns, or -errno. They leave
 * errno alone.
 */
#ifndef BINDTO_SYS_H
#define BINDTO_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "pin/sockaddr.h"

int sys_socket(int domain, int type, int protocol);
int sys_bind(int fd, const struct endpoint *endpoint);
int sys_listen(int fd);
int sys_connect(int fd, const struct endpoint *endpoint);
/* Lets a datagram socket go of its peer, its device, and a port that the kernel chose. */
int sys_disconnect(int fd);
int sys_getpeername(int fd, struct endpoint *ret_endpoint);
/* Has fd a peer? Returns 1, 0, or -errno if that cannot be found out. */
int sys_is_connected(int fd);
/*
 * Stops fd from sending for good (EPIPE). It can still receive. For a datagram socket without a
 * peer shutdown(2) says ENOTCONN, but shuts it all the same (inet_shutdown()).
 */
void sys_shut(int fd);
int sys_getsockname(int fd, struct endpoint *ret_endpoint);
int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int sys_set_number(int fd, int level, int name, int value);
int sys_get_number(int fd, int level, int name, int *ret_value);
/* Returns the number that the kernel gives each socket once, or 0 (SO_COOKIE, Linux 4.6). */
uint64_t sys_cookie(int fd);
/*
 * Returns the lower half of the number of the socket's network namespace, which no other one gets
 * until this host starts again; 0 if the kernel does not tell (before Linux 5.14).
 */
uint32_t sys_network(int fd);

int sys_ioctl(int fd, unsigned long request, void *argument);
/* Opens a file that exists: there is no mode. */
int sys_open(const char *path, int flags);
ssize_t sys_read(int fd, void *data, size_t length);
ssize_t sys_send(int fd, const void *data, size_t length);
ssize_t sys_receive(int fd, void *data, size_t length);
ssize_t sys_write(int fd, const void *data, size_t length);
void sys_close(int fd);
/* Returns a number that differs from call to call. Not for secrets. */
unsigned int sys_random(void);

#endif
