/* SPDX-License-Identifier: MIT */
/*
 * Pieces of text that have a length and no NUL, and what can be read from them: numbers, addresses,
 * destinations. For the pin's text (codec.h) and the command line. Pure.
 */
#ifndef BINDTO_TEXT_H
#define BINDTO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "pin/pin.h"

struct span {
	const char *text;
	size_t length;
};

bool span_is(struct span span, const char *word);

/* Cuts the part before the first separator off *rest, with the separator. Without one, cuts all. */
struct span span_cut(struct span *rest, char separator);

/* Reads an address. Returns 0 or -EINVAL. */
int span_ip(struct span span, struct ip *ret_ip);

/*
 * Parses a destination of length bytes into a prefix of REACH_EXCLUDED: ADDR[/LEN], or with ports
 * IPV4[/LEN]:PORTS or [IPV6[/LEN]]:PORTS. Clears the bits beyond LEN. text needs no NUL. Returns 0
 * or -EINVAL.
 */
int destination_parse(const char *text, size_t length, struct prefix *ret_prefix);

/* Parses LOW[-HIGH], ports from 1 on. Returns 0, or number_parse()'s error for the wrong one. */
int ports_parse(const char *text, size_t length, uint16_t *ret_low, uint16_t *ret_high);

/*
 * Parses a decimal number of exactly length bytes, without sign and blanks. Returns 0, -EINVAL, or
 * -ERANGE if the number is less than low or greater than high.
 */
int number_parse(const char *text, size_t length, unsigned long low, unsigned long high,
		 unsigned long *ret_number);

#endif
