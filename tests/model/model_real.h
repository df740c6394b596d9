/* SPDX-License-Identifier: MIT */
/* System calls as the program's own, by sockaddr and msghdr, on the model; errno as libc has it. */
#ifndef MODEL_REAL_H
#define MODEL_REAL_H

#include <sys/socket.h>

#include "model_sys.h"

int model_real_socket(int domain, int type, int protocol);
int model_real_bind(int fd, const void *address, socklen_t length);
int model_real_connect(int fd, const void *address, socklen_t length);
int model_real_listen(int fd);
ssize_t model_real_sendmsg(int fd, const struct msghdr *message, int flags);
int model_real_setsockopt(int fd, int level, int name, const void *value, socklen_t length);

/* Of sys.c: notes a call and says whether it is to fail; the socket that a descriptor is. */
int model_sys_enter(enum model_call call);
struct model_socket *model_sys_find(int fd);

#endif
