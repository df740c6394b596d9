/* SPDX-License-Identifier: MIT */
/*
 * Waits for changes of interfaces and addresses by rtnetlink(7), and looks after each whether it
 * brought what is missing. It listens before it looks for the first time, so that no change is lost
 * between. What the messages say hardly matters, so a queue that was too short (ENOBUFS) is no
 * harm: one look at all that there is tells more.
 *
 * Routes matter for one reason: the kernel tells of an IPv4 address before it adds the address's
 * local route, and without that route the address cannot be bound.
 */
#include "resolve/wait.h"

#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "network/links.h"
#include "network/netlink.h"
#include "option_hint.h"
#include "pin/exempt.h"
#include "pin/text.h"
#include "resolve/interface.h"
#include "resolve/probe.h"

enum {
	GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
		 RTMGRP_IPV6_ROUTE,
	MESSAGES_SIZE = 32768,
};

static struct mnl_socket *listen_for_changes(void)
{
	struct mnl_socket *events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (!events || mnl_socket_bind(events, GROUPS, MNL_SOCKET_AUTOPID) < 0)
		die("cannot wait for interfaces and addresses: %s", strerror(errno));
	return events;
}

/* Has this host an address of the prefix? If the prefix is wrong in itself: true. */
static bool has_one_of(const struct network *network, const char *text)
{
	struct prefix prefix;

	if (destination_parse(text, strlen(text), &prefix) < 0)
		return true;
	for (size_t i = 0; i < network->address_count; i++)
		if (exempt_holds(&prefix, &network->addresses[i].ip) &&
		    local_address_usable(&network->addresses[i]))
			return true;
	return false;
}

/* Can the address of -a be pinned to? If it is wrong in itself, waiting is of no use: true. */
static bool is_address_ready(const struct options *options, const struct network *network,
			     const char *text)
{
	AUTO_FREE char *address = alloc_copy(text);
	char *percent = strchr(address, '%');
	const char *scope = percent ? percent + 1 : NULL;
	struct ip ip;

	if (strchr(text, '/'))
		return options->freebind || has_one_of(network, text);
	if (!scope && options->interface_count)
		scope = options->interfaces[0];
	if (percent)
		*percent = '\0';
	if (ip_parse(address, &ip) < 0 || (ip_is_v4(&ip) ? options->only_v6 : options->only_v4))
		return true;
	if (!ip_is_scoped(&ip))
		return probe_address(&ip, 0) != -EADDRNOTAVAIL;
	if (!scope)
		return true;
	const struct interface *interface = network_interface(network, scope);
	return interface && probe_address(&ip, interface->index) == 0;
}

/* One interface of -i is enough, but all must exist. */
static bool has_interface(const struct options *options, const struct network *network)
{
	bool is_one_ready = false;

	for (size_t i = 0; i < options->interface_count; i++) {
		if (!interface_exists(network, options->interfaces[i]))
			return false;
		is_one_ready |= interface_is_ready(options, network, options->interfaces[i]);
	}
	return is_one_ready;
}

bool wait_has_all(const struct options *options)
{
	CLEANUP(network_free) struct network network = {0};

	network_read(&network);
	if (options->interface_count && !has_interface(options, &network))
		return false;
	for (size_t i = 0; i < options->address_count; i++)
		if (!is_address_ready(options, &network, options->addresses[i]))
			return false;
	return true;
}

/* Of routes, only the local ones matter: a router has a hundred others that change. */
static bool is_of_interest(const struct nlmsghdr *message)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);

	return (message->nlmsg_type != RTM_NEWROUTE && message->nlmsg_type != RTM_DELROUTE) ||
	       route->rtm_type == RTN_LOCAL;
}

/* Empties the queue. Returns whether it may have held a change of interest. */
static bool take_changes(struct mnl_socket *events)
{
	AUTO_FREE void *messages = alloc_array(1, MESSAGES_SIZE);
	bool has_change = false;
	ssize_t size;

	while ((size = mnl_socket_recvfrom(events, messages, MESSAGES_SIZE)) >= 0 ||
	       (errno != EAGAIN && errno != EINTR)) {
		int left = (int)size;
		const struct nlmsghdr *message = messages;

		has_change |= size < 0; /* ENOBUFS: some are lost */
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left))
			has_change |= is_of_interest(message);
	}
	return has_change;
}

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time); /* every Linux has this clock */
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Waits for a change. Returns false if there was none before end; a negative end never comes. */
static bool wait_for_change(struct mnl_socket *events, int64_t end)
{
	struct pollfd queue = {.fd = mnl_socket_get_fd(events), .events = POLLIN};

	do {
		int64_t left = end < 0 ? INT_MAX : end - now();

		if (left <= 0)
			return false;
		if (poll(&queue, 1, left < INT_MAX ? (int)left : INT_MAX) < 0 && errno != EINTR)
			die("cannot wait for interfaces and addresses: %s", strerror(errno));
	} while (!take_changes(events));
	return true;
}

/* Tells a user who looks at a terminal why nothing happens. */
static void say_waiting(const struct options *options)
{
	AUTO_FREE char *list = NULL;

	if (!options->verbose && !isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < options->interface_count; i++)
		alloc_append(&list, "%sinterface '%s'", list ? ", " : "", options->interfaces[i]);
	for (size_t i = 0; i < options->address_count; i++)
		alloc_append(&list, "%s'%s'", list ? ", " : "", options->addresses[i]);
	diag_error("waiting for %s", list);
	for (size_t i = 0; i < options->interface_count; i++)
		(void)option_hint_each("-i", options->interfaces[i]);
}

static char *waited(int64_t milliseconds)
{
	if (milliseconds == 0)
		return NULL;
	return alloc_text("waited %.15g second%s", (double)milliseconds / 1000,
			  milliseconds == 1000 ? "" : "s");
}

char *wait_until_ready(const struct options *options)
{
	struct mnl_socket *events = listen_for_changes();
	int64_t end = options->wait_milliseconds < 0 ? -1 : now() + options->wait_milliseconds;

	bool has_all = wait_has_all(options);

	if (!has_all)
		say_waiting(options);
	while (!has_all && wait_for_change(events, end))
		has_all = wait_has_all(options);
	(void)mnl_socket_close(events);
	return has_all ? NULL : waited(options->wait_milliseconds);
}
