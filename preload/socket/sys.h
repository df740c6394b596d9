/* SPDX-License-Identifier: MIT */
/*
 * System calls on sockets without libc's names, which the library hooks and other libraries may.
 * Each returns what the system call does, or -errno; errno itself is left alone.
 */
#ifndef BINDTO_SYS_H
#define BINDTO_SYS_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "pin/sockaddr.h"

int sys_socket(int domain, int type, int protocol);
int sys_bind(int fd, const struct endpoint *endpoint);
int sys_connect(int fd, const struct endpoint *endpoint);
/* Makes a datagram socket forget its peer, its device, and a port that the kernel chose. */
int sys_disconnect(int fd);
int sys_getpeername(int fd, struct endpoint *ret_endpoint);
/* Returns 1, 0, or -errno if that cannot be found out. */
int sys_is_connected(int fd);
/*
 * Nothing that fd would send leaves any more (EPIPE); without effect on what it receives. A
 * datagram socket without a peer is shut although shutdown(2) says ENOTCONN (inet_shutdown()).
 */
void sys_shut(int fd);
int sys_getsockname(int fd, struct endpoint *ret_endpoint);
int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int sys_set_number(int fd, int level, int name, int value);
int sys_get_number(int fd, int level, int name, int *ret_value);
int sys_ioctl(int fd, unsigned long request, void *argument);
/* For what exists. */
int sys_open(const char *path, int flags);
ssize_t sys_read(int fd, void *data, size_t length);
ssize_t sys_send(int fd, const void *data, size_t length);
ssize_t sys_receive(int fd, void *data, size_t length);
ssize_t sys_write(int fd, const void *data, size_t length);
void sys_close(int fd);
/* A number that differs from call to call; not for secrets. */
unsigned int sys_random(void);

#endif
