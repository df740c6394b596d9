/* SPDX-License-Identifier: MIT */
/*
 * Sequences of calls on one socket of the model (tests/model/). Any system call may fail, and no
 * packet leaves outside the pin. tests/unit/reach tries every sequence in which a program makes few
 * choices at once; here it may make any number.
 */
#include <errno.h>
#include <netinet/in.h>

#include "fuzz.h"
#include "reach.h"

enum { PINS_MAX = 32 };

static struct reach_pin pins[2][PINS_MAX];
static size_t pin_count;

static void make_pins(void)
{
	host.link_local[HOST_ETH0] = (struct ip){{0xfe, 0x80, [15] = 0xe}};
	host.link_local[HOST_WLAN0] = (struct ip){{0xfe, 0x80, [15] = 0xf}};
	while (pin_count < PINS_MAX && reach_pin_at(pin_count, false, &pins[0][pin_count]) &&
	       reach_pin_at(pin_count, true, &pins[1][pin_count]))
		pin_count++;
}

static void judge(const struct reach_pin *pin)
{
	for (unsigned int i = 0; i < model_packet_count; i++)
		PROMISE(reach_judge(pin, false, &model_packets[i]) == NULL);
}

/*
 * After one byte in eight, a system call of the next step fails, as it would in a sandbox. The next
 * byte says which one, and whether later ones fail as well.
 */
static void begin(const uint8_t **data, const uint8_t *end, bool may_fail)
{
	struct model_failure failure = {.at = UINT32_MAX};

	if (may_fail && *data < end) {
		failure.at = **data % 16;
		failure.error = EPERM;
		failure.goes_on = **data & 0x80;
		(*data)++;
	}
	model_sys_begin(&failure);
}

static void run(const struct reach_engine *engine, const struct reach_pin *asked,
		const uint8_t *data, const uint8_t *end)
{
	const struct pin *pin = &asked->pin;
	struct step steps[REACH_MOVES_MAX];
	int domain = data[0] & 1 ? AF_INET6 : AF_INET;
	enum model_kind kind = (data[0] >> 1) % 4;
	size_t count = reach_moves(asked->rule, domain, kind, steps);

	host.is_privileged = kind == MODEL_RAW || data[0] & 0x40;
	begin(&data, end, false);
	if (engine->open(pin, false, domain, kind) < 0)
		return;
	for (data++; data < end && model_is_open;) {
		const struct step *step = &steps[*data % count];
		bool may_fail = (*data++ & 7) == 7;
		begin(&data, end, may_fail);
		(void)engine->step(pin, false, step);
		judge(asked);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (pin_count == 0)
		make_pins();
	if (size < 4)
		return 0;
	bool is_supervised = data[0] & 1;
	const struct reach_pin *pin = &pins[is_supervised][data[1] % pin_count];
	run(is_supervised ? &REACH_SUPERVISE : &REACH_PRELOAD, pin, data + 2, data + size);
	return 0;
}
