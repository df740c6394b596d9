/* SPDX-License-Identifier: MIT */
/* Reads numbers, addresses and destinations. Anything that is not wholly one is an error. */
#include "pin/text.h"

#include <errno.h>
#include <string.h>

bool span_is(struct span span, const char *word)
{
	return span.length == strlen(word) && memcmp(span.text, word, span.length) == 0;
}

struct span span_cut(struct span *rest, char separator)
{
	const char *end = memchr(rest->text, separator, rest->length);
	size_t length = end ? (size_t)(end - rest->text) : rest->length;
	struct span head = {rest->text, length};
	size_t skip = end ? length + 1 : length;
	rest->text += skip;
	rest->length -= skip;
	return head;
}

int span_ip(struct span span, struct ip *ret_ip)
{
	char text[IP_TEXT_SIZE];
	if (span.length >= sizeof(text))
		return -EINVAL;
	memcpy(text, span.text, span.length);
	text[span.length] = '\0';
	return ip_parse(text, ret_ip);
}

int number_parse(const char *text, size_t length, unsigned long low, unsigned long high,
		 unsigned long *ret_number)
{
	unsigned long number = 0;
	bool is_too_large = false;
	if (length == 0)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		is_too_large |=
			__builtin_mul_overflow(number, 10UL, &number) ||
			__builtin_add_overflow(number, (unsigned long)(text[i] - '0'), &number);
	}
	if (is_too_large || number < low || number > high)
		return -ERANGE;
	*ret_number = number;
	return 0;
}

static void clear_bits_from(struct ip *ip, unsigned int first)
{
	for (unsigned int bit = first; bit < 128; bit++)
		ip->bytes[bit / 8] &= (uint8_t) ~(0x80U >> (bit % 8));
}

/* Reads ADDR[/LEN]. */
static int read_net(struct span text, struct prefix *ret_prefix)
{
	struct span rest = text;
	struct span address = span_cut(&rest, '/');
	struct ip ip;
	if (span_ip(address, &ip) < 0)
		return -EINVAL;

	bool is_plain_v4 = ip_is_v4(&ip) && !memchr(address.text, ':', address.length);
	unsigned int offset = is_plain_v4 ? 96 : 0;
	unsigned long bits = 128 - offset;
	if (address.length != text.length &&
	    number_parse(rest.text, rest.length, 0, bits, &bits) < 0)
		return -EINVAL;
	clear_bits_from(&ip, offset + (unsigned int)bits);
	*ret_prefix = (struct prefix){
		.ip = ip,
		.length = (uint8_t)(offset + bits),
		.reach = REACH_EXCLUDED,
	};
	return 0;
}

int ports_parse(const char *text, size_t length, uint16_t *ret_low, uint16_t *ret_high)
{
	struct span rest = {text, length};
	struct span first = span_cut(&rest, '-');
	unsigned long low, high;
	int r = number_parse(first.text, first.length, 1, UINT16_MAX, &low);
	if (r < 0)
		return r;
	high = low;
	if (first.length != length)
		r = number_parse(rest.text, rest.length, low, UINT16_MAX, &high);
	if (r < 0)
		return r;
	*ret_low = (uint16_t)low;
	*ret_high = (uint16_t)high;
	return 0;
}

/*
 * Cuts ADDR[/LEN] off *rest, and what stands between it and the ports. If that is wrong, the result
 * is empty.
 */
static struct span cut_net(struct span *rest, bool *ret_has_ports)
{
	const struct span all = *rest;
	bool is_bracketed = all.length > 0 && all.text[0] == '[';
	struct span net = span_cut(rest, is_bracketed ? ']' : ':');
	if (!is_bracketed) { /* more than one colon: an IPv6 address without ports */
		*ret_has_ports = net.length != all.length && !memchr(rest->text, ':', rest->length);
		return *ret_has_ports ? net : all;
	}
	bool is_closed = net.length != all.length, is_v6 = memchr(net.text, ':', net.length);
	*ret_has_ports = rest->length > 0;
	if (!is_closed || !is_v6 || (*ret_has_ports && !span_is(span_cut(rest, ':'), "")))
		return (struct span){all.text, 0};
	return (struct span){net.text + 1, net.length - 1};
}

int destination_parse(const char *text, size_t length, struct prefix *ret_prefix)
{
	struct span ports = {text, length};
	struct prefix prefix;
	bool has_ports;
	struct span net = cut_net(&ports, &has_ports);
	if (read_net(net, &prefix) < 0)
		return -EINVAL;
	if (has_ports &&
	    ports_parse(ports.text, ports.length, &prefix.port_low, &prefix.port_high) < 0)
		return -EINVAL;
	*ret_prefix = prefix;
	return 0;
}
