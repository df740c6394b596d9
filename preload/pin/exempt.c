/* SPDX-License-Identifier: MIT */
/*
 * Two prefixes either lie apart or one holds the other. Those that are equal make a group, whose
 * ports lie apart, because those that touch are joined. Sorted by address, the last group that does
 * not start behind an address holds it, or one of the groups that hold that group does, and each
 * group knows the next wider one. So a binary search finds the narrowest group, and another one its
 * ports. IPv4 and IPv6 are kept apart, because ::/0 holds no IPv4 address, although by its bits it
 * would.
 */
#include "pin/exempt.h"

/* The parts of the array, in this order. */
enum kind {
	EXCLUDED_V4,
	EXCLUDED_V6,
	ONLY_V4,
	ONLY_V6,
	OWN, /* addresses, all of the full length */
	KIND_COUNT,
};

static bool is_of_v4(const struct prefix *prefix)
{
	return ip_is_v4(&prefix->ip) && prefix->length >= 96;
}

static enum kind kind_of(const struct prefix *prefix)
{
	bool is_v4 = is_of_v4(prefix);
	if (prefix->reach == REACH_EXCLUDED)
		return is_v4 ? EXCLUDED_V4 : EXCLUDED_V6;
	if (prefix->reach == REACH_REMOTE)
		return is_v4 ? ONLY_V4 : ONLY_V6;
	return OWN;
}

/*
 * Sorts a wider prefix before a narrower one. If several interfaces have an address, it counts as
 * the first interface's, which comes last here, because count_to() finds the last.
 */
static bool is_before(const struct prefix *a, const struct prefix *b)
{
	if (kind_of(a) != kind_of(b))
		return kind_of(a) < kind_of(b);
	int order = ip_compare(&a->ip, &b->ip);
	if (order != 0)
		return order < 0;
	if (a->length != b->length)
		return a->length < b->length;
	if (a->port_low != b->port_low)
		return a->port_low < b->port_low;
	return a->ifindex > b->ifindex;
}

/* Moves the prefix at place down the heap, in which each comes behind those at 2n+1 and 2n+2. */
static void sift(struct prefix *heap, size_t place, size_t count)
{
	struct prefix moved = heap[place];
	for (size_t child = 2 * place + 1; child < count; child = 2 * place + 1) {
		if (child + 1 < count && is_before(&heap[child], &heap[child + 1]))
			child++;
		if (!is_before(&moved, &heap[child]))
			break;
		heap[place] = heap[child];
		place = child;
	}
	heap[place] = moved;
}

/* Sorts by a heap. qsort(3) may allocate memory, and this runs inside other programs. */
static void sort(struct prefix *prefixes, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift(prefixes, i, count);
	for (size_t left = count; left-- > 1;) {
		struct prefix last = prefixes[0];
		prefixes[0] = prefixes[left];
		prefixes[left] = last;
		sift(prefixes, 0, left);
	}
}

static bool holds(const struct prefix *prefix, const struct ip *ip)
{
	return ip_common_bits(&prefix->ip, ip) >= prefix->length;
}

bool exempt_holds(const struct prefix *prefix, const struct ip *ip)
{
	return is_of_v4(prefix) == ip_is_v4(ip) && holds(prefix, ip);
}

static bool holds_port(const struct prefix *prefix, uint16_t port)
{
	return prefix->port_low == 0 || (prefix->port_low <= port && port <= prefix->port_high);
}

bool exempt_covers(const struct prefix *wide, const struct prefix *narrow)
{
	if (is_of_v4(wide) != is_of_v4(narrow) || wide->length > narrow->length ||
	    !holds(wide, &narrow->ip))
		return false;
	return wide->port_low == 0 ||
	       (narrow->port_low != 0 && holds_port(wide, narrow->port_low) &&
		holds_port(wide, narrow->port_high));
}

/*
 * Returns the index behind the last of the prefixes from low up to (not including) high that begins
 * at ip or before it.
 */
static size_t count_to(const struct prefix *prefixes, size_t low, size_t high, const struct ip *ip)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ip_compare(&prefixes[middle].ip, ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of the group whose last prefix is *last, returns the one whose ports hold port if any does. */
static const struct prefix *find_port(const struct prefix *prefixes, const struct prefix *last,
				      uint16_t port)
{
	size_t first = last->group, low = first, high = (size_t)(last - prefixes) + 1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (prefixes[middle].port_low <= port)
			low = middle + 1;
		else
			high = middle;
	}
	return low > first ? &prefixes[low - 1] : NULL;
}

/* Returns the last prefix of the next wider group, or NULL. */
static const struct prefix *widen(const struct prefix *prefixes, const struct prefix *prefix)
{
	return prefix->wider > 0 ? &prefixes[prefix->wider - 1] : NULL;
}

/*
 * Does a destination from low up to high, which are all of one kind, hold the address and the port?
 * If is_any, the port does not matter.
 */
static bool are_holding(const struct prefix *prefixes, size_t low, size_t high, const struct ip *ip,
			uint16_t port, bool is_any)
{
	size_t end = count_to(prefixes, low, high, ip);
	const struct prefix *last = end > low ? &prefixes[end - 1] : NULL;
	for (; last; last = widen(prefixes, last)) {
		if (!holds(last, ip))
			continue;
		const struct prefix *found = find_port(prefixes, last, port);
		if (is_any || (found && holds_port(found, port)))
			return true;
	}
	return false;
}

/*
 * Adds a destination to the kept ones, which begin at first for its kind, unless one of them covers
 * it. Returns how many there are then.
 */
static size_t keep(struct prefix *kept, size_t first, size_t count, const struct prefix *prefix)
{
	const struct prefix *outer = count > first ? &kept[count - 1] : NULL;
	while (outer && !holds(outer, &prefix->ip))
		outer = widen(kept, outer);
	for (const struct prefix *at = outer; at; at = widen(kept, at)) {
		const struct prefix *found = find_port(kept, at, prefix->port_low);
		if (found && exempt_covers(found, prefix))
			return count;
	}
	bool is_of_group = outer && outer->length == prefix->length;
	if (is_of_group && prefix->port_low <= outer->port_high + 1) {
		kept[count - 1].port_high = prefix->port_high;
		return count;
	}
	kept[count] = *prefix;
	kept[count].group = is_of_group ? outer->group : (uint32_t)count;
	kept[count].wider = is_of_group ? outer->wider : outer ? (uint32_t)(outer - kept) + 1 : 0;
	return count + 1;
}

void exempt_settle(struct pin *pin, struct prefix *prefixes)
{
	size_t ends[KIND_COUNT] = {0};
	size_t kept = 0, next = 0;
	sort(prefixes, pin->exempt_count);
	pin->minds_ports = false;
	for (enum kind kind = EXCLUDED_V4; kind < OWN; kind++) {
		size_t first = kept;
		for (; next < pin->exempt_count && kind_of(&prefixes[next]) == kind; next++) {
			struct prefix prefix = prefixes[next];
			pin->minds_ports |= prefix.port_low != 0;
			kept = keep(prefixes, first, kept, &prefix);
		}
		ends[kind] = kept;
	}
	pin->excluded_v4 = ends[EXCLUDED_V4];
	pin->excluded = ends[EXCLUDED_V6];
	pin->only_v4 = ends[ONLY_V4];
	pin->own = ends[ONLY_V6];
	while (next < pin->exempt_count)
		prefixes[kept++] = prefixes[next++];
	pin->exempt = prefixes;
	pin->exempt_count = kept;
}

bool exempt_is_excluded(const struct pin *pin, const struct ip *ip, uint16_t port)
{
	bool is_v4 = ip_is_v4(ip);
	size_t low = is_v4 ? 0 : pin->excluded_v4;
	size_t high = is_v4 ? pin->excluded_v4 : pin->excluded;
	return low < high && are_holding(pin->exempt, low, high, ip, port, false);
}

const struct prefix *exempt_own(const struct pin *pin, const struct ip *ip)
{
	size_t end = count_to(pin->exempt, pin->own, pin->exempt_count, ip);
	return end > pin->own && ip_equal(&pin->exempt[end - 1].ip, ip) ? &pin->exempt[end - 1]
									: NULL;
}

enum reach exempt_reach_abroad(const struct pin *pin, const struct ip *ip, uint16_t port)
{
	bool is_v4 = ip_is_v4(ip);
	size_t low = is_v4 ? pin->excluded : pin->only_v4, high = is_v4 ? pin->only_v4 : pin->own;
	if (pin->own == pin->excluded) /* without --only, all destinations are pinned */
		return REACH_REMOTE;
	return are_holding(pin->exempt, low, high, ip, port, port == 0) ? REACH_REMOTE
									: REACH_EXCLUDED;
}
