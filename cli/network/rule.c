/* SPDX-License-Identifier: MIT */
/* Reads the rules by RTM_GETRULE (rtnetlink(7)). Only a rule that looks at marks has FRA_FWMASK. */
#include "network/rule.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>

#include "network/netlink.h"

struct search {
	uint32_t mark, unknown;
	bool is_found;
};

struct marks {
	uint32_t mark, mask;
};

static int read_attribute(const struct nlattr *attribute, void *context)
{
	struct marks *marks = context;
	uint16_t type = mnl_attr_get_type(attribute);

	if ((type != FRA_FWMARK && type != FRA_FWMASK) ||
	    mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
		return MNL_CB_OK;
	*(type == FRA_FWMARK ? &marks->mark : &marks->mask) = mnl_attr_get_u32(attribute);
	return MNL_CB_OK;
}

static int read_rule(const struct nlmsghdr *message, void *context)
{
	struct search *search = context;
	struct marks marks = {0};

	if (message->nlmsg_type != RTM_NEWRULE)
		return MNL_CB_OK;
	(void)mnl_attr_parse(message, sizeof(struct fib_rule_hdr), read_attribute, &marks);
	uint32_t differing = (search->mark ^ marks.mark) & marks.mask & ~search->unknown;
	search->is_found |= marks.mask != 0 && differing == 0;
	return MNL_CB_OK;
}

static void begin(void *context)
{
	struct search *search = context;

	search->is_found = false;
}

int rule_has_mark(uint32_t mark, uint32_t unknown)
{
	struct search search = {.mark = mark, .unknown = unknown};
	int r = netlink_dump(RTM_GETRULE, sizeof(struct fib_rule_hdr), begin, read_rule, &search);

	return r < 0 ? r : search.is_found;
}
