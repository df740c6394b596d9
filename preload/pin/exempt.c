/* SPDX-License-Identifier: MIT */
/*
 * Two prefixes are apart or one holds the other, and exclusions that others hold are dropped: of
 * those left, at most the last that does not start behind an address can hold it. IPv4's and IPv6's
 * are kept apart, since ::/0 holds no IPv4 address, although it is one by its bits.
 */
#include "pin/exempt.h"

/* In the order of the array. */
enum exempt_kind {
	EXEMPT_V4,
	EXEMPT_V6,
	EXEMPT_OWN, /* all of full length */
};

static enum exempt_kind kind_of(const struct prefix *prefix)
{
	if (prefix->reach != REACH_EXCLUDED)
		return EXEMPT_OWN;
	return ip_is_v4(&prefix->ip) && prefix->length >= 96 ? EXEMPT_V4 : EXEMPT_V6;
}

/*
 * The wider one first. An address that several interfaces have counts as the first one's: it is the
 * last of them here, where exempt_find() stops.
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

/* Moves the prefix at place down the heap, where each is behind the two at 2n+1 and 2n+2. */
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

/* qsort(3) may allocate, and this happens inside other programs. */
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

/* In the prefixes from low up to high, which are of one kind. */
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
