/* SPDX-License-Identifier: MIT */
/* Which known word a misspelt word is taken for. */
#include "base/nearest.h"

#include <string.h>

#include "check.h"

static const char *meant(const char *word)
{
	static const char *const words[] = {"lo", "eth0", "eth1", "wlan0", "enp0s31f6", "wg-home"};
	struct nearest nearest = nearest_to(word);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		nearest_try(&nearest, words[i]);
	return nearest.best ? nearest.best : "";
}

int main(void)
{
	CHECK(strcmp(meant("wlan1"), "wlan0") == 0); /* replaced */
	CHECK(strcmp(meant("wlan"), "wlan0") == 0);  /* left out */
	CHECK(strcmp(meant("wlann0"), "wlan0") == 0);
	CHECK(strcmp(meant("wlna0"), "wlan0") == 0); /* swapped */
	CHECK(strcmp(meant("WLAN0"), "wlan0") == 0);
	CHECK(strcmp(meant("ol"), "lo") == 0);
	CHECK(strcmp(meant("eht1"), "eth1") == 0);
	CHECK(strcmp(meant("enp0s32f5"), "enp0s31f6") == 0);
	CHECK(strcmp(meant("eth2"), "eth0") == 0); /* the first of two */
	CHECK(strcmp(meant("wghome"), "wg-home") == 0);

	CHECK(strcmp(meant("nope"), "") == 0);
	CHECK(strcmp(meant("tun0"), "") == 0);
	CHECK(strcmp(meant("wifi"), "") == 0);
	CHECK(strcmp(meant(""), "") == 0);
	CHECK(strcmp(meant("a-name-of-more-letters-than-any-interface-or-option-of-bindto-has-got"),
		     "") == 0);
	return 0;
}
