/* SPDX-License-Identifier: MIT */
/*
 * Two prefixes either lie apart or one holds the other. An exclusion that another one holds is
 * dropped, so the rest lie apart. Sorted by address, only one of them can hold an address: the last
 * one that does not start behind that address. IPv4 and IPv6 are kept apart, because ::/0 holds no
 * IPv4 address, although by its bits it would.
 */
#include "pin/exempt.h"

/* The parts of the array, in this order. */
enum exempt_kind {
	EXEMPT_V4,
	EXEMPT_V6,
	EXEMPT_OWN, /* addresses, all of the full length */
};

static enum exempt_kind kind_of(const struct prefix *prefix)
{
	if (prefix->reach != REACH_EXCLUDED)
		return EXEMPT_OWN;
	return ip_is_v4(&prefix->ip) && prefix->length >= 96 ? EXEMPT_V4 : EXEMPT_V6;
}

/*
 * Sorts a wider prefix before a narrower one. If several interfaces have an address, it counts as
 * the first interface's, which comes last here, because exempt_find() finds the last.
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

static bool is_superfluous(const struct prefix *prefix, const struct prefix *before)
{
	return kind_of(prefix) != EXEMPT_OWN && kind_of(prefix) == kind_of(before) &&
	       holds(before, &prefix->ip);
}

void exempt_settle(struct pin *pin, struct prefix *prefixes)
{
	size_t counts[] = {[EXEMPT_V4] = 0, [EXEMPT_V6] = 0, [EXEMPT_OWN] = 0};
	size_t kept = 0;
	sort(prefixes, pin->exempt_count);
	for (size_t i = 0; i < pin->exempt_count; i++) {
		if (kept > 0 && is_superfluous(&prefixes[i], &prefixes[kept - 1]))
			continue;
		prefixes[kept++] = prefixes[i];
		counts[kind_of(&prefixes[i])]++;
	}
	pin->exempt = prefixes;
	pin->exempt_count = kept;
	pin->excluded_v4 = counts[EXEMPT_V4];
	pin->excluded = counts[EXEMPT_V4] + counts[EXEMPT_V6];
}

/* Searches the prefixes from low up to (not including) high, which are all of one kind. */
static const struct prefix *find_in(const struct prefix *prefixes, size_t low, size_t high,
				    const struct ip *ip)
{
	size_t first = low;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ip_compare(&prefixes[middle].ip, ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > first && holds(&prefixes[low - 1], ip) ? &prefixes[low - 1] : NULL;
}

const struct prefix *exempt_find(const struct pin *pin, const struct ip *ip)
{
	const struct prefix *found = NULL;
	if (pin->excluded > 0 && ip_is_v4(ip))
		found = find_in(pin->exempt, 0, pin->excluded_v4, ip);
	else if (pin->excluded > 0)
		found = find_in(pin->exempt, pin->excluded_v4, pin->excluded, ip);
	if (found == NULL)
		found = find_in(pin->exempt, pin->excluded, pin->exempt_count, ip);
	return found;
}
