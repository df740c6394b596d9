/* SPDX-License-Identifier: MIT */
/*
 * A pin as the value of one environment variable, readable and versioned:
 *   BINDTO_PIN='1 v4=203.0.113.3 v6=refused if=3:wlan0 ports=40000-40099:kernel
 *   exclude=192.0.2.0/24 inherits=1 launcher=/usr/bin/bindto'
 * Decoding is strict: what is not understood is an error, and the library then refuses everything.
 */
#ifndef BINDTO_CODEC_H
#define BINDTO_CODEC_H

#include <stddef.h>

#include "pin/pin.h"

#define PIN_VARIABLE "BINDTO_PIN"

/*
 * Writes pin, with those of its exempt prefixes that are REACH_EXCLUDED, as text of at most size
 * bytes with its NUL. Returns the length that the whole text has (as snprintf), so that
 * pin_encode(pin, NULL, 0) + 1 bytes are enough.
 */
size_t pin_encode(const struct pin *pin, char *buffer, size_t size);

/*
 * Reads text into *ret_pin; the exempt prefixes go to room, which has place for rooms of them
 * (pin_decode_rooms(text) are enough). Both text and room must live as long as the pin.
 * Returns 0, -EINVAL, or -ENOBUFS if rooms is too small. *ret_pin is untouched on failure.
 * Makes no system call and allocates nothing.
 */
int pin_decode(const char *text, struct pin *ret_pin, struct prefix *room, size_t rooms);
size_t pin_decode_rooms(const char *text);

/*
 * Parses ADDR[/LEN] into a REACH_EXCLUDED prefix; bits beyond LEN are cleared. text need not end
 * after length bytes. Returns 0 or -EINVAL.
 */
int prefix_parse(const char *text, size_t length, struct prefix *ret_prefix);

/*
 * Parses a whole decimal number of length bytes, no sign, no blanks.
 * Returns 0, -EINVAL, or -ERANGE if it lies outside low to high.
 */
int number_parse(const char *text, size_t length, unsigned long low, unsigned long high,
		 unsigned long *ret_number);

#endif
