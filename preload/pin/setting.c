/* SPDX-License-Identifier: MIT */
/* The settings, and which socket options each of them becomes. */
#include "pin/setting.h"

#include <sys/socket.h>

/* Which sockets have the option. */
enum sockets {
	SOCKETS_ALL,
};

static const struct row {
	unsigned char setting, sockets;
	unsigned char level, name; /* none is above 255 */
} ROWS[] = {
	{SETTING_MARK, SOCKETS_ALL, SOL_SOCKET, SO_MARK},
	{SETTING_PRIORITY, SOCKETS_ALL, SOL_SOCKET, SO_PRIORITY},
};

/* Arrays, not pointers: the loader would have to relocate each of those. */
static const char KEYS[SETTING_COUNT][sizeof("priority")] = {
	[SETTING_MARK] = "mark",
	[SETTING_PRIORITY] = "priority",
};

bool setting_is_given(const struct pin_settings *settings, enum setting setting)
{
	return (settings->given >> setting & 1) != 0;
}

void setting_give(struct pin_settings *settings, enum setting setting, uint32_t value)
{
	settings->given |= 1U << setting;
	settings->values[setting] = value;
}

bool setting_holds(const struct pin_settings *settings, int level, int name)
{
	return level == SOL_SOCKET && name == SO_MARK && setting_is_given(settings, SETTING_MARK);
}

const char *setting_key(enum setting setting)
{
	return KEYS[setting];
}

static bool has_option(const struct row *row, int domain, int type)
{
	(void)domain;
	(void)type;
	switch ((enum sockets)row->sockets) {
	case SOCKETS_ALL:
		break;
	}
	return true;
}

bool setting_next(const struct pin_settings *settings, int domain, int type, size_t *at,
		  struct setting_option *ret_option)
{
	for (; *at < sizeof(ROWS) / sizeof(ROWS[0]); (*at)++) {
		const struct row *row = &ROWS[*at];
		if (!setting_is_given(settings, row->setting) || !has_option(row, domain, type))
			continue;
		*ret_option = (struct setting_option){
			.level = row->level,
			.name = row->name,
			.value = (int)settings->values[row->setting],
		};
		(*at)++;
		return true;
	}
	return false;
}
