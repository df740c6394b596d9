/* SPDX-License-Identifier: MIT */
/* Which of an interface's addresses becomes the pin. */
#include "socket/local.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "check.h"

static struct local_address of(const char *text, uint8_t scope, uint32_t flags)
{
	return (struct local_address){
		.ip = ip_of(text), .ifindex = 2, .flags = flags, .scope = scope};
}

static void the_widest_scope_wins_then_what_the_kernel_prefers(void)
{
	struct local_address global = of("2001:db8::1", RT_SCOPE_UNIVERSE, 0);
	struct local_address link = of("fe80::1", RT_SCOPE_LINK, 0);
	struct local_address old = of("2001:db8::2", RT_SCOPE_UNIVERSE, IFA_F_DEPRECATED);
	struct local_address temporary = of("2001:db8::3", RT_SCOPE_UNIVERSE, IFA_F_TEMPORARY);
	struct local_address expired =
		of("2001:db8::4", RT_SCOPE_UNIVERSE, IFA_F_TEMPORARY | IFA_F_DEPRECATED);
	CHECK(local_address_better(&global, &link) && !local_address_better(&link, &global));
	CHECK(local_address_better(&global, &old) && !local_address_better(&old, &global));
	CHECK(local_address_better(&temporary, &global));
	CHECK(local_address_better(&global, &expired));
	CHECK(!local_address_better(&global, &global));
	struct local_address unique = of("fd00::1", RT_SCOPE_UNIVERSE, IFA_F_TEMPORARY);
	CHECK(local_address_better(&global, &unique) && !local_address_better(&unique, &global));
}

static void primary_comes_before_secondary_for_ipv4(void)
{
	struct local_address primary = of("203.0.113.2", RT_SCOPE_UNIVERSE, 0);
	struct local_address secondary = of("203.0.113.3", RT_SCOPE_UNIVERSE, IFA_F_SECONDARY);
	CHECK(local_address_better(&primary, &secondary));
	CHECK(!local_address_better(&secondary, &primary));
}

static void an_address_in_doubt_is_not_usable(void)
{
	struct local_address address = of("2001:db8::1", RT_SCOPE_UNIVERSE, 0);
	CHECK(local_address_usable(&address));
	address.flags = IFA_F_TENTATIVE;
	CHECK(!local_address_usable(&address));
	address.flags = IFA_F_TENTATIVE | IFA_F_OPTIMISTIC;
	CHECK(local_address_usable(&address));
	address.flags = IFA_F_DADFAILED;
	CHECK(!local_address_usable(&address));
}

static void note(const struct local_address *address, void *context)
{
	bool *has_loopback = context;
	if (ip_is(&address->ip, "127.0.0.1") && address->ifindex == 1)
		*has_loopback = true;
}

static void the_kernel_s_list_is_read(void)
{
	bool has_loopback = false;
	CHECK(local_addresses(note, &has_loopback) == 0);
	CHECK(has_loopback);
}

int main(void)
{
	the_widest_scope_wins_then_what_the_kernel_prefers();
	primary_comes_before_secondary_for_ipv4();
	an_address_in_doubt_is_not_usable();
	the_kernel_s_list_is_read();
	return 0;
}
