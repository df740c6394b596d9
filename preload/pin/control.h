/* SPDX-License-Identifier: MIT */
/*
 * Control messages of sendmsg(2) under a pin. An IP_PKTINFO or IPV6_PKTINFO message overrides a
 * bound address, and on IPv4 a bound device too (fact 14): one that names anything but the pin is
 * rewritten to it. Pure.
 */
#ifndef BINDTO_CONTROL_H
#define BINDTO_CONTROL_H

#include <stddef.h>
#include <sys/socket.h>

#include "pin.h"

/* More control data than this beside a foreign source or device is refused (EPERM). */
#define CONTROL_SIZE 512

/*
 * Judges length bytes of control messages of a datagram that goes where reach says.
 * Returns 0 where they may stay as they are, 1 where copy (CONTROL_SIZE bytes) holds what to send
 * instead, or -EPERM.
 */
int pin_on_control(const struct pin *pin, enum reach reach, const void *control, size_t length,
		   unsigned char *copy);

/*
 * Appends an IP_PKTINFO message that sends one IPv4 datagram from source by way of lo to the
 * length bytes of control messages in copy. Returns the new length, or 0 where there is no room.
 */
size_t control_add_loopback(unsigned char *copy, size_t length, const struct ip *source);

/*
 * Both of these for a message: with by_loopback it goes by way of lo. Where its control messages
 * are to be others, they are in copy (CONTROL_SIZE bytes), and *message refers to them.
 * Returns 0 or -EPERM.
 */
int control_prepare(const struct pin *pin, enum reach reach, bool by_loopback,
		    struct msghdr *message, unsigned char *copy);

#endif
