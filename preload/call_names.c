/* SPDX-License-Identifier: MIT */
/* Sorts the list in place, because the program frees it by freeaddrinfo(3). */
#include "call_names.h"

static bool is_refused(const struct pin *pin, const struct addrinfo *entry)
{
	struct endpoint endpoint;
	if (endpoint_read(entry->ai_addr, entry->ai_addrlen, &endpoint) < 0)
		return false;
	return pin_source_for(pin, &endpoint.ip)->mode == PIN_REFUSED &&
	       pin_reach(pin, &endpoint.ip, endpoint.port) == REACH_REMOTE;
}

void call_sort_names(const struct pin *pin, struct addrinfo **list)
{
	struct addrinfo *first = *list, *refused = NULL;
	struct addrinfo **last = list, **last_refused = &refused;
	for (struct addrinfo *entry = first; entry; entry = entry->ai_next) {
		struct addrinfo ***end = is_refused(pin, entry) ? &last_refused : &last;
		**end = entry;
		*end = &entry->ai_next;
	}
	*last_refused = NULL;
	*last = refused;
	if (*list == first)
		return;
	(*list)->ai_canonname = first->ai_canonname; /* it belongs to the first entry alone */
	first->ai_canonname = NULL;
}
