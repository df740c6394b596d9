/* SPDX-License-Identifier: MIT */
/* rtnetlink messages: none of another interface passes, and what has passed once passes again. */
#include <linux/rtnetlink.h>
#include <string.h>

#include "fuzz.h"
#include "pin/view.h"

static const struct pin PIN = {
	.v4 = {.mode = PIN_ADDRESS, .ip = {{[10] = 0xff, 0xff, 198, 51, 100, 2}}},
	.v6 = {.mode = PIN_ADDRESS, .ip = {{0x20, 0x01, 0x0d, 0xb8, [15] = 2}}},
	.ifindex = 3,
	.ifname = "wlan0",
	.follows = true,
	.views = true,
};

static void judge(const unsigned char *message, const struct nlmsghdr *header)
{
	struct ifinfomsg link;
	if (header->nlmsg_type != RTM_NEWLINK)
		return;
	PROMISE(header->nlmsg_len >= NLMSG_LENGTH(sizeof(link)));
	memcpy(&link, message + NLMSG_HDRLEN, sizeof(link));
	PROMISE(link.ifi_index == 1 || link.ifi_index == 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view view = view_of(&PIN);
	unsigned char *copy = malloc(size + 1), *again = malloc(size + 1);
	if (!copy || !again)
		abort();
	memcpy(copy, data, size);
	size_t left = view_filter(&view, copy, size), at = 0;
	PROMISE(left <= size);
	while (at < left) {
		struct nlmsghdr header;
		PROMISE(left - at >= sizeof(header));
		memcpy(&header, copy + at, sizeof(header));
		judge(copy + at, &header);
		at += NLMSG_ALIGN(header.nlmsg_len) < left - at ? NLMSG_ALIGN(header.nlmsg_len)
								: left - at;
	}
	memcpy(again, copy, left);
	PROMISE(view_filter(&view, again, left) == left && memcmp(again, copy, left) == 0);
	(void)view_can_ask(data, size); /* reads no byte beyond */
	free(copy);
	free(again);
	return 0;
}
