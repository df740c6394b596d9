/* SPDX-License-Identifier: MIT */
/*
 * The pin as the value of an environment variable, readable and with a version:
 *   BINDTO_PIN='1 v4=203.0.113.3 v6=refused if=3:wlan0 ports=40000-40099:kernel
 *   exclude=192.0.2.0/24:53-53 inherits=1 launcher=/usr/bin/bindto'
 * Reading is strict. Anything that is not understood is an error, and then the library refuses all
 * calls.
 */
#ifndef BINDTO_CODEC_H
#define BINDTO_CODEC_H

#include <stddef.h>

#include "pin/pin.h"

#define PIN_VARIABLE "BINDTO_PIN"

/*
 * Writes the pin as text to buffer, at most size bytes with the NUL. Of the exempt prefixes it
 * writes those that the user named. Returns the length that the whole text has, as
 * snprintf(3) does, so pin_encode(pin, NULL, 0) + 1 bytes are enough.
 */
size_t pin_encode(const struct pin *pin, char *buffer, size_t size);

/*
 * Reads text into *ret_pin. The exempt prefixes go to room and the members of a pool to members.
 * Both have place for rooms of them; pin_decode_rooms(text) are enough. text, room and members must
 * live as long as the pin. Returns 0,
 * -EINVAL, or -ENOBUFS if rooms is too small; then *ret_pin is unchanged. Makes no system call and
 * allocates nothing.
 */
int pin_decode(const char *text, struct pin *ret_pin, struct prefix *room, struct member *members,
	       size_t rooms);
size_t pin_decode_rooms(const char *text);

#endif
