/* SPDX-License-Identifier: MIT */
/*
 * Reads control messages as cmsg(3) lays them out, but by hand, because the CMSG macros trust the
 * lengths that the program wrote.
 */
#include "pin/control.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "pin/hold.h"
#include "pin/kernel_constants.h"

/* RFC 791. <netinet/ip.h> names them too, but defines a struct ip of its own. */
enum { OPTION_END = 0, OPTION_NOOP = 1, OPTION_LOOSE_ROUTE = 131, OPTION_STRICT_ROUTE = 137 };

/* What an IP_PKTINFO or an IPV6_PKTINFO message says, in one form for both. */
struct message_choice {
	struct ip source;
	unsigned int ifindex;
	bool is_v4; /* the message is IP_PKTINFO */
};

static bool read_choice(const struct cmsghdr *header, const unsigned char *data, size_t size,
			struct message_choice *ret_choice)
{
	struct in_pktinfo v4;
	struct in6_pktinfo v6;
	if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO &&
	    size >= sizeof(v4)) {
		memcpy(&v4, data, sizeof(v4));
		*ret_choice = (struct message_choice){
			.is_v4 = true,
			.source = ip_from_bytes(AF_INET, &v4.ipi_spec_dst),
			.ifindex = (unsigned int)v4.ipi_ifindex,
		};
		return true;
	}
	if (header->cmsg_level == IPPROTO_IPV6 && size >= sizeof(v6) &&
	    (header->cmsg_type == IPV6_PKTINFO || header->cmsg_type == IPV6_2292PKTINFO)) {
		memcpy(&v6, data, sizeof(v6));
		*ret_choice = (struct message_choice){
			.source = ip_from_bytes(AF_INET6, &v6.ipi6_addr),
			.ifindex = v6.ipi6_ifindex,
		};
		return true;
	}
	return false;
}

static void write_choice(const struct message_choice *choice, unsigned char *data)
{
	if (choice->is_v4) {
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
 * A datagram to this host needs no uplink, whichever one the socket or its message names. On IPv4
 * the message may name lo, which keeps the datagram inside. On IPv6 the socket's device could still
 * take it outside, so that it gets the pin's source at least. Returns true if the choice was
 * changed.
 */
static bool keep_inside(const struct pin *pin, struct message_choice *choice)
{
	struct message_choice was = *choice;
	const struct ip *source = &choice->source;
	bool is_foreign = !ip_is_wildcard(source) && !ip_is_loopback(source) &&
			  pin->v6.mode == PIN_ADDRESS && !pin_owns(pin, source);
	bool is_v4 = choice->is_v4 || (ip_is_v4(source) && !ip_is_wildcard(source));
	if (choice->ifindex != LOOPBACK_IFINDEX)
		choice->ifindex = is_v4 || ip_is_loopback(source) ? LOOPBACK_IFINDEX : 0;
	if (!choice->is_v4 && is_foreign)
		choice->source = pin->v6.ip;
	return choice->ifindex != was.ifindex || !ip_equal(source, &was.source);
}

/*
 * Brings a choice back to the pin, and returns true if it was changed. An IPv4 message without a
 * source takes the source of the socket away, so it gets the pin's. An IPv6 message does not.
 */
static bool correct(const struct pin *pin, struct message_choice *choice)
{
	struct message_choice was = *choice;
	const struct pin_source *source = pin_source_for(pin, &choice->source);
	bool is_open = ip_is_wildcard(&choice->source);
	if (source->mode == PIN_REFUSED) /* then the socket is connected to this host */
		return keep_inside(pin, choice);
	if (choice->is_v4 && ip_is_loopback(&choice->source) && !pin_is_by_device(pin))
		return false; /* from 127.0.0.0/8 the kernel reaches only this host */
	if (source->mode == PIN_ADDRESS &&
	    (is_open ? choice->is_v4 : !pin_owns(pin, &choice->source)))
		choice->source = source->ip;
	if (pin_is_by_device(pin)) /* behind the device, the kernel does not look whose it is */
		choice->source = choice->is_v4 ? IP_V4_WILDCARD : IP_V6_WILDCARD;
	if (pin->ifindex != 0 && choice->ifindex != pin->ifindex)
		choice->ifindex = 0; /* then the socket's own device counts */
	return choice->ifindex != was.ifindex || !ip_equal(&choice->source, &was.source);
}

static bool amend(const struct pin *pin, enum reach reach, struct message_choice *choice)
{
	switch (reach) {
	case REACH_REMOTE:
		return correct(pin, choice);
	case REACH_LOOPBACK:
	case REACH_OWN:
		return keep_inside(pin, choice);
	case REACH_EXCLUDED:
		break;
	}
	return false;
}

/* Applies the verdict's choice. A source that the program named for this host stays. */
static void redirect(const struct verdict *verdict, struct message_choice *choice)
{
	bool is_named = !ip_is_wildcard(&choice->source) && verdict->reach != REACH_REMOTE;
	choice->ifindex = verdict->choice.ifindex;
	if (!is_named || verdict->overrides_source)
		choice->source = verdict->choice.source;
}

/* Is the choice of the family by which the datagram goes? */
static bool is_of(const struct verdict *verdict, const struct message_choice *choice)
{
	return verdict->override &&
	       ip_is_v4(&verdict->choice.source) == ip_is_v4(&choice->source) &&
	       choice->is_v4 == ip_is_v4(&choice->source);
}

/* Is it a mark for this one datagram (sock_cmsg_send()), and another than the user's? */
static bool is_other_mark(const struct pin *pin, const struct cmsghdr *header,
			  const unsigned char *data, size_t size)
{
	uint32_t mark;
	if (!setting_holds(&pin->settings, header->cmsg_level, header->cmsg_type) ||
	    size < sizeof(mark))
		return false;
	memcpy(&mark, data, sizeof(mark));
	return setting_forbids(&pin->settings, SO_MARK, mark);
}

/* Is it a header or an option that sends the packet by way of another host (fact 19)? */
static bool is_detour(const struct cmsghdr *header, const unsigned char *data, size_t size)
{
	if (header->cmsg_level == IPPROTO_IPV6)
		return header->cmsg_type == IPV6_RTHDR || header->cmsg_type == IPV6_2292RTHDR;
	return header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RETOPTS &&
	       control_has_source_route(data, size);
}

bool control_has_source_route(const unsigned char *options, size_t length)
{
	size_t at = 0;
	while (at < length && options[at] != OPTION_END) {
		if (options[at] == OPTION_LOOSE_ROUTE || options[at] == OPTION_STRICT_ROUTE)
			return true;
		bool is_one = options[at] == OPTION_NOOP;
		if (!is_one && (at + 1 >= length || options[at + 1] < 2))
			return false; /* the kernel refuses it */
		at += is_one ? 1 : options[at + 1];
	}
	return false;
}

/* What was found about all of the program's messages. */
struct outcome {
	bool is_changed; /* the messages in the copy differ from them */
	bool is_carried; /* one of them carries the verdict's choice */
	bool is_invalid; /* the kernel refuses them with EINVAL */
	size_t end; /* where the last one ends: the kernel ignores a rest too short for another */
};

/* Judges one message. If copy is not NULL, it points to the copy of the message's data. */
static int judge_message(const struct pin *pin, const struct verdict *verdict,
			 const struct cmsghdr *header, const unsigned char *data,
			 unsigned char *copy, struct outcome *outcome)
{
	struct message_choice choice;
	size_t size = header->cmsg_len - CMSG_LEN(0);
	if (is_detour(header, data, size) || is_other_mark(pin, header, data, size))
		return -EPERM;
	if (!read_choice(header, data, size, &choice))
		return 0;
	bool is_redirected = is_of(verdict, &choice);
	bool is_amended = amend(pin, verdict->reach, &choice);
	if (is_redirected)
		redirect(verdict, &choice);
	if (!is_redirected && !is_amended)
		return 0;
	if (!copy)
		return -EPERM;
	write_choice(&choice, copy);
	outcome->is_changed = true;
	outcome->is_carried |= is_redirected;
	return 0;
}

/*
 * Reads the message at offset *at, and moves *at behind it. *ret_data is the offset of its data.
 * Returns 1, or 0 if there are no more messages, or -EINVAL if the kernel refuses all of them so.
 */
static int next_message(const struct msghdr *message, size_t *at, struct cmsghdr *ret_header,
			size_t *ret_data)
{
	size_t left = message->msg_controllen - *at;
	struct cmsghdr header;
	if (left < sizeof(header))
		return 0;
	memcpy(&header, (const unsigned char *)message->msg_control + *at, sizeof(header));
	if (header.cmsg_len < CMSG_LEN(0) || header.cmsg_len > left)
		return -EINVAL;
	size_t step = CMSG_ALIGN(header.cmsg_len);
	*ret_header = header;
	*ret_data = *at + CMSG_LEN(0);
	*at += step < left ? step : left;
	return 1;
}

bool control_names_choice(const struct msghdr *message)
{
	const unsigned char *bytes = message->msg_control;
	struct cmsghdr header;
	struct message_choice choice;
	size_t at = 0, data;
	while (bytes && next_message(message, &at, &header, &data) > 0)
		if (read_choice(&header, bytes + data, header.cmsg_len - CMSG_LEN(0), &choice))
			return true;
	return false;
}

static int judge_messages(const struct pin *pin, const struct verdict *verdict,
			  const struct msghdr *message, unsigned char *copy,
			  struct outcome *outcome)
{
	const unsigned char *bytes = message->msg_control;
	bool has_room = message->msg_controllen <= CONTROL_SIZE;
	struct cmsghdr header;
	size_t at = 0, data;
	int r;
	while ((r = next_message(message, &at, &header, &data)) > 0) {
		r = judge_message(pin, verdict, &header, bytes + data,
				  has_room ? copy + data : NULL, outcome);
		if (r < 0)
			return r;
		outcome->end = data - CMSG_LEN(0) + header.cmsg_len;
	}
	outcome->is_invalid = r < 0;
	return 0;
}

/* Appends a message that holds the choice. Returns the new length, or 0 if there is no room. */
static size_t append(unsigned char *copy, size_t length, const struct choice *choice)
{
	struct message_choice data = {.is_v4 = ip_is_v4(&choice->source),
				      .source = choice->source,
				      .ifindex = choice->ifindex};
	size_t size = data.is_v4 ? sizeof(struct in_pktinfo) : sizeof(struct in6_pktinfo);
	struct cmsghdr header = {
		.cmsg_len = CMSG_LEN(size),
		.cmsg_level = data.is_v4 ? IPPROTO_IP : IPPROTO_IPV6,
		.cmsg_type = data.is_v4 ? IP_PKTINFO : IPV6_PKTINFO,
	};
	size_t at = CMSG_ALIGN(length);
	if (at + CMSG_SPACE(size) > CONTROL_SIZE)
		return 0;
	memset(copy + length, 0, at - length);
	memcpy(copy + at, &header, sizeof(header));
	write_choice(&data, copy + at + CMSG_LEN(0));
	return at + CMSG_SPACE(size);
}

int control_prepare(const struct pin *pin, const struct verdict *verdict, struct msghdr *message,
		    unsigned char *copy)
{
	struct outcome outcome = {0};
	size_t length = message->msg_control ? message->msg_controllen : 0;
	if (length > 0 && length <= CONTROL_SIZE)
		memcpy(copy, message->msg_control, length);
	if (length > 0) {
		int r = judge_messages(pin, verdict, message, copy, &outcome);
		if (r < 0)
			return r;
	}
	if (verdict->override && !outcome.is_carried && !outcome.is_invalid) {
		bool has_room = length <= CONTROL_SIZE;
		length = has_room ? append(copy, outcome.end, &verdict->choice) : 0;
		outcome.is_changed = true;
		message->msg_controllen = length;
	}
	if (outcome.is_changed)
		message->msg_control = copy;
	return length == 0 && outcome.is_changed ? -EPERM : 0;
}
