/* SPDX-License-Identifier: MIT */
/*
 * Socket addresses, control messages and option values as a program may pass them: bindto reads no
 * byte beyond their length, and what it sends in their place names no other device.
 */
#include <netinet/in.h>
#include <string.h>

#include "fuzz.h"
#include "pin/control.h"
#include "pin/option.h"

static const struct pin PIN = {
	.v4 = {.mode = PIN_ADDRESS, .ip = {{[10] = 0xff, 0xff, 198, 51, 100, 2}}},
	.v6 = {.mode = PIN_ADDRESS, .ip = {{0x20, 0x01, 0x0d, 0xb8, [15] = 2}}},
	.ifindex = 3,
	.ifname = "wlan0",
};

static void try_control(const uint8_t *data, size_t size)
{
	static const struct verdict none;
	unsigned char copy[CONTROL_SIZE], again[CONTROL_SIZE];
	struct msghdr message = {.msg_controllen = size};
	memcpy(&message.msg_control, &data, sizeof(data)); /* it is not written to */
	int r = control_prepare(&PIN, &none, &message, copy);
	if (r == 0 && message.msg_control == copy) { /* a corrected message needs no correction */
		PROMISE(control_prepare(&PIN, &none, &message, again) == 0);
		PROMISE(message.msg_control == copy);
	}
}

static void try_option(const uint8_t *data, size_t size)
{
	static const int levels[] = {IPPROTO_IP, IPPROTO_IPV6, SOL_SOCKET};
	if (size < 2)
		return;
	int level = levels[data[0] % 3];
	struct option_verdict verdict =
		pin_on_option(&PIN, level, data[1], data + 2, (socklen_t)(size - 2));
	if (verdict.answer != OPTION_REPLACE && verdict.answer != OPTION_SAME)
		return;
	PROMISE(verdict.length <= sizeof(verdict.value));
	enum option_answer kept = verdict.answer == OPTION_SAME ? OPTION_SAME : OPTION_PASS;
	verdict = pin_on_option(&PIN, level, data[1], verdict.value, verdict.length);
	PROMISE(verdict.answer == kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct endpoint endpoint;
	struct sockaddr_storage storage;
	if (endpoint_read(data, (socklen_t)size, &endpoint) == 0)
		PROMISE(endpoint_write(&endpoint, &storage) <= sizeof(storage));
	try_control(data, size);
	try_option(data, size);
	return 0;
}
