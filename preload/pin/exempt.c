/* SPDX-License-Identifier: MIT */
/*
 * The destinations of one kind and of one prefix length make a block. Within a block, two prefixes
 * either are equal or lie apart, and the ports of equal ones lie apart, because those that touch
 * are joined. So a binary search for an address, cut to the length, and a port finds the only
 * prefix of the block that can hold them; and there are few lengths. IPv4 and IPv6 are kept apart,
 * because ::/0 holds no IPv4 address, although by its bits it would.
 */
#include "pin/exempt.h"

#include <string.h>

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
 * the first interface's, which comes last here, because find_in() finds the last.
 */
static bool is_before(const struct prefix *a, const struct prefix *b)
{
	if (kind_of(a) != kind_of(b))
		return kind_of(a) < kind_of(b);
	if (a->length != b->length)
		return a->length < b->length;
	int order = ip_compare(&a->ip, &b->ip);
	if (order != 0)
		return order < 0;
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

static bool holds_port(const struct prefix *prefix, uint16_t port)
{
	return prefix->port_low == 0 || (prefix->port_low <= port && port <= prefix->port_high);
}

bool exempt_covers(const struct prefix *wide, const struct prefix *narrow)
{
	if (is_of_v4(wide) != is_of_v4(narrow) || wide->length > narrow->length ||
	    ip_common_bits(&wide->ip, &narrow->ip) < wide->length)
		return false;
	return wide->port_low == 0 ||
	       (narrow->port_low != 0 && holds_port(wide, narrow->port_low) &&
		holds_port(wide, narrow->port_high));
}

static struct ip cut(const struct ip *ip, unsigned int length)
{
	struct ip start = {{0}};
	memcpy(start.bytes, ip->bytes, length / 8);
	if (length % 8 != 0)
		start.bytes[length / 8] =
			ip->bytes[length / 8] & (uint8_t)(0xff00U >> (length % 8));
	return start;
}

/*
 * Returns the last of the prefixes from low up to (not including) high, which are all of one block,
 * that begins at ip and with no higher port; or NULL.
 */
static const struct prefix *find_in(const struct prefix *prefixes, size_t low, size_t high,
				    const struct ip *ip, uint16_t port)
{
	size_t first = low;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = ip_compare(&prefixes[middle].ip, ip);
		if (order < 0 || (order == 0 && prefixes[middle].port_low <= port))
			low = middle + 1;
		else
			high = middle;
	}
	return low > first && ip_equal(&prefixes[low - 1].ip, ip) ? &prefixes[low - 1] : NULL;
}

/* Searches the destinations from low up to high, which are all of one kind, block by block. */
static const struct prefix *find(const struct prefix *prefixes, size_t low, size_t high,
				 const struct ip *ip, uint16_t port)
{
	for (; low < high; low = prefixes[low].block_end) {
		struct ip start = cut(ip, prefixes[low].length);
		const struct prefix *found =
			find_in(prefixes, low, prefixes[low].block_end, &start, port);
		if (found && holds_port(found, port))
			return found;
	}
	return NULL;
}

/* Is it of the block of *last, and are its ports among those of *last, or next to them? */
static bool joins(const struct prefix *last, const struct prefix *prefix)
{
	return kind_of(last) == kind_of(prefix) && last->length == prefix->length &&
	       ip_equal(&last->ip, &prefix->ip) &&
	       (last->port_low == 0 || prefix->port_low <= last->port_high + 1);
}

/* Adds a destination to the kept ones. first is where those of its kind begin. */
static size_t keep(struct prefix *kept, size_t first, size_t count, const struct prefix *prefix)
{
	const struct prefix *wide = find(kept, first, count, &prefix->ip, prefix->port_low);
	struct prefix *last = count > first ? &kept[count - 1] : NULL;
	if (wide && exempt_covers(wide, prefix))
		return count;
	if (last && joins(last, prefix)) {
		if (prefix->port_high > last->port_high)
			last->port_high = prefix->port_high;
		return count;
	}
	size_t block = first;
	while (block < count && kept[block].length != prefix->length)
		block = kept[block].block_end;
	kept[count] = *prefix;
	kept[block].block_end = (uint32_t)count + 1;
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
	return pin->excluded > 0 &&
	       find(pin->exempt, is_v4 ? 0 : pin->excluded_v4,
		    is_v4 ? pin->excluded_v4 : pin->excluded, ip, port) != NULL;
}

const struct prefix *exempt_own(const struct pin *pin, const struct ip *ip)
{
	return find_in(pin->exempt, pin->own, pin->exempt_count, ip, 0);
}

/* Does a destination from low up to high have the address, with whatever ports? */
static bool names(const struct prefix *prefixes, size_t low, size_t high, const struct ip *ip)
{
	for (; low < high; low = prefixes[low].block_end) {
		struct ip start = cut(ip, prefixes[low].length);
		if (find_in(prefixes, low, prefixes[low].block_end, &start, UINT16_MAX))
			return true;
	}
	return false;
}

enum reach exempt_reach_abroad(const struct pin *pin, const struct ip *ip, uint16_t port)
{
	bool is_v4 = ip_is_v4(ip);
	size_t low = is_v4 ? pin->excluded : pin->only_v4, high = is_v4 ? pin->only_v4 : pin->own;
	if (pin->own == pin->excluded) /* without --only, all destinations are pinned */
		return REACH_REMOTE;
	bool is_named = port == 0 ? names(pin->exempt, low, high, ip)
				  : find(pin->exempt, low, high, ip, port) != NULL;
	return is_named ? REACH_REMOTE : REACH_EXCLUDED;
}
