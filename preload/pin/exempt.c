/* SPDX-License-Identifier: MIT */
/*
 * Two prefixes are apart or one holds the other, and exclusions that others hold are dropped: of
 * those left, at most the last that does not start behind an address can hold it. IPv4's and IPv6's
 * are kept apart, since ::/0 holds no IPv4 address, although it is one by its bits.
 */
#include "exempt.h"

#include <string.h>

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

static int compare_start(enum exempt_kind kind_a, const struct ip *a, enum exempt_kind kind_b,
			 const struct ip *b)
{
	if (kind_a != kind_b)
		return kind_a < kind_b ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/*
 * The wider one first. An address that several interfaces have counts as the first one's: it is the
 * last of them here, where exempt_find() stops.
 */
static bool is_before(const struct prefix *a, const struct prefix *b)
{
	int order = compare_start(kind_of(a), &a->ip, kind_of(b), &b->ip);
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

static bool holds(const struct prefix *prefix, enum exempt_kind kind, const struct ip *ip)
{
	return kind_of(prefix) == kind && ip_common_bits(&prefix->ip, ip) >= prefix->length;
}

size_t exempt_settle(struct prefix *prefixes, size_t count)
{
	size_t kept = 0;
	sort(prefixes, count);
	for (size_t i = 0; i < count; i++) {
		enum exempt_kind kind = kind_of(&prefixes[i]);
		if (kept > 0 && kind != EXEMPT_OWN &&
		    holds(&prefixes[kept - 1], kind, &prefixes[i].ip))
			continue;
		prefixes[kept++] = prefixes[i];
	}
	return kept;
}

static const struct prefix *find_in(const struct pin *pin, enum exempt_kind kind,
				    const struct ip *ip)
{
	size_t low = 0, high = pin->exempt_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct prefix *prefix = &pin->exempt[middle];
		if (compare_start(kind_of(prefix), &prefix->ip, kind, ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && holds(&pin->exempt[low - 1], kind, ip) ? &pin->exempt[low - 1] : NULL;
}

const struct prefix *exempt_find(const struct pin *pin, const struct ip *ip)
{
	const struct prefix *found = NULL;
	if (pin->excludes)
		found = find_in(pin, ip_is_v4(ip) ? EXEMPT_V4 : EXEMPT_V6, ip);
	return found != NULL ? found : find_in(pin, EXEMPT_OWN, ip);
}
