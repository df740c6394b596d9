/* SPDX-License-Identifier: MIT */
/*
 * Control messages are read as cmsg(3) lays them out, but by hand: the CMSG macros trust the
 * lengths that the program wrote.
 */
#include "control.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "hold.h"

#ifndef IPV6_2292PKTINFO
#define IPV6_2292PKTINFO 2 /* what glibc has for itself only */
#endif

/* Both kinds of message, read into one form. */
struct choice {
	struct ip source;
	unsigned int ifindex;
	bool v4;
};

static bool read_choice(const struct cmsghdr *header, const unsigned char *data, size_t size,
			struct choice *ret_choice)
{
	struct in_pktinfo v4;
	struct in6_pktinfo v6;
	if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO &&
	    size >= sizeof(v4)) {
		memcpy(&v4, data, sizeof(v4));
		*ret_choice = (struct choice){
			.v4 = true,
			.source = ip_from_bytes(AF_INET, &v4.ipi_spec_dst),
			.ifindex = (unsigned int)v4.ipi_ifindex,
		};
		return true;
	}
	if (header->cmsg_level == IPPROTO_IPV6 && size >= sizeof(v6) &&
	    (header->cmsg_type == IPV6_PKTINFO || header->cmsg_type == IPV6_2292PKTINFO)) {
		memcpy(&v6, data, sizeof(v6));
		*ret_choice = (struct choice){
			.source = ip_from_bytes(AF_INET6, &v6.ipi6_addr),
			.ifindex = v6.ipi6_ifindex,
		};
		return true;
	}
	return false;
}

static void write_choice(const struct choice *choice, unsigned char *data)
{
	if (choice->v4) {
		struct in_pktinfo v4 = {.ipi_ifindex = (int)choice->ifindex};
		memcpy(&v4.ipi_spec_dst, choice->source.bytes + 12, sizeof(v4.ipi_spec_dst));
		memcpy(data, &v4, sizeof(v4));
		return;
	}
	struct in6_pktinfo v6 = {.ipi6_ifindex = choice->ifindex};
	memcpy(&v6.ipi6_addr, choice->source.bytes, sizeof(v6.ipi6_addr));
	memcpy(data, &v6, sizeof(v6));
}

/*
 * Brings a choice back to the pin; true where it was not there. An IPv4 message without a source
 * takes the socket's own away, so that it gets the pin's; an IPv6 one does not.
 */
static bool correct(const struct pin *pin, struct choice *choice)
{
	struct choice was = *choice;
	const struct pin_source *source = pin_source_for(pin, &choice->source);
	bool open = ip_is_wildcard(&choice->source);
	if (choice->v4 && ip_is_loopback(&choice->source))
		return false; /* the kernel lets 127.0.0.0/8 go nowhere else */
	if (source->mode == PIN_ADDRESS && (open ? choice->v4 : !pin_owns(pin, &choice->source)))
		choice->source = source->ip;
	if (pin->ifindex != 0 && choice->ifindex != pin->ifindex)
		choice->ifindex = 0; /* the socket's own device holds */
	return choice->ifindex != was.ifindex || !ip_equal(&choice->source, &was.source);
}

int pin_on_control(const struct pin *pin, enum reach reach, const void *control, size_t length,
		   unsigned char *copy)
{
	const unsigned char *bytes = control;
	bool changed = false;
	size_t at = 0;
	if (reach != REACH_REMOTE)
		return 0; /* cannot leave, or may */
	if (length <= CONTROL_SIZE)
		memcpy(copy, control, length);
	while (length - at >= sizeof(struct cmsghdr)) {
		struct cmsghdr header;
		struct choice choice;
		memcpy(&header, bytes + at, sizeof(header));
		if (header.cmsg_len < CMSG_LEN(0) || header.cmsg_len > length - at)
			break; /* the kernel refuses it with EINVAL */
		size_t data = at + CMSG_LEN(0);
		if (read_choice(&header, bytes + data, header.cmsg_len - CMSG_LEN(0), &choice) &&
		    correct(pin, &choice)) {
			if (length > CONTROL_SIZE)
				return -EPERM;
			write_choice(&choice, copy + data);
			changed = true;
		}
		size_t step = CMSG_ALIGN(header.cmsg_len);
		if (step >= length - at)
			break;
		at += step;
	}
	return changed;
}

size_t control_add_loopback(unsigned char *copy, size_t length, const struct ip *source)
{
	struct choice choice = {.v4 = true, .source = *source, .ifindex = LOOPBACK_IFINDEX};
	struct cmsghdr header = {
		.cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)),
		.cmsg_level = IPPROTO_IP,
		.cmsg_type = IP_PKTINFO,
	};
	size_t at = CMSG_ALIGN(length);
	if (at + CMSG_SPACE(sizeof(struct in_pktinfo)) > CONTROL_SIZE)
		return 0;
	memset(copy + length, 0, at - length);
	memcpy(copy + at, &header, sizeof(header));
	write_choice(&choice, copy + at + CMSG_LEN(0));
	return at + CMSG_SPACE(sizeof(struct in_pktinfo));
}

int control_prepare(const struct pin *pin, enum reach reach, bool by_loopback,
		    struct msghdr *message, unsigned char *copy)
{
	size_t length = message->msg_controllen;
	if (length > 0) {
		int r = pin_on_control(pin, reach, message->msg_control, length, copy);
		if (r < 0)
			return r;
		if (r > 0)
			message->msg_control = copy;
	}
	if (!by_loopback)
		return 0;
	if (length > 0 && length <= CONTROL_SIZE && message->msg_control != copy)
		memcpy(copy, message->msg_control, length);
	length = control_add_loopback(copy, length, &pin->v4.ip);
	message->msg_control = copy;
	message->msg_controllen = length;
	return length == 0 ? -EPERM : 0;
}
