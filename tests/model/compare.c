/* SPDX-License-Identifier: MIT */
/*
 * Makes random calls on a socket of the model and on one of the running kernel, without bindto:
 * each call's errno, the names, the options and the packets must be the same.
 *
 * usage: compare ROUTER_NETNS CLIENT_NETNS user|root|localnet|lost SEED COUNT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random_step.h"
#include "real_step.h"
#include "witness.h"

enum { STEPS_MAX = 10, DISCARD = 9, HOLD = 7001 };

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		fail(path);
	(void)close(fd); /* only entered */
}

/* Somebody receives what is sent to this host, so that no ICMP error comes back. */
static void open_receiver(int type, uint16_t port)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int off = 0, fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 4096) < 0))
		fail("receiver");
}

static void read_link_locals(void)
{
	struct ifaddrs *all;
	if (getifaddrs(&all) < 0)
		fail("getifaddrs");
	for (struct ifaddrs *at = all; at != NULL; at = at->ifa_next) {
		struct sockaddr_in6 v6;
		unsigned int index = if_nametoindex(at->ifa_name);
		if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET6 ||
		    index >= HOST_DEVICES)
			continue;
		memcpy(&v6, at->ifa_addr, sizeof(v6));
		if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr))
			host.link_local[index] = ip_from_bytes(AF_INET6, &v6.sin6_addr);
	}
	freeifaddrs(all);
}

static void drop_rights(void)
{
	const char *nested = getenv("BINDTO_TESTS_NESTED");
	if (nested != NULL && nested[0] != '\0') {
		if (unshare(CLONE_NEWUSER) < 0)
			fail("unshare");
	} else if (setgid(65534) < 0 || setuid(65534) < 0) {
		fail("setuid");
	}
}

static void print_packets(const struct model_packet *packets, unsigned int count)
{
	char text[IP_TEXT_SIZE];
	for (unsigned int i = 0; i < count; i++) {
		printf("    uplink %u %s:%u", packets[i].uplink,
		       ip_format(&packets[i].source, text), packets[i].port);
		printf(" -> %s\n", ip_format(&packets[i].destination, text));
	}
}

/* Runs one sequence. */
struct run {
	int fd;
	enum model_kind kind;
	struct model_socket socket;
	struct step steps[STEPS_MAX];
	unsigned int count;
};

static void report(const struct run *run, const char *what, long expected, long found)
{
	static const char kinds[] = "tupr";
	printf("differs: %s: the model says %ld, the kernel %ld\n  s %d %c", what, expected, found,
	       run->socket.family == AF_INET ? 4 : 6, kinds[run->kind]);
	for (unsigned int i = 0; i < run->count; i++) {
		printf("; ");
		step_print(stdout, &run->steps[i]);
	}
	printf("\n");
}

static bool same_port(const struct run *run, uint16_t expected, uint16_t found)
{
	if (expected == MODEL_PORT_AUTO)
		return found >= MODEL_PORT_LOW || (run->kind == MODEL_PING && found != 0);
	if (expected == RANDOM_RANGE_LOW)
		return found >= RANDOM_RANGE_LOW && found <= RANDOM_RANGE_HIGH;
	return expected == found;
}

static bool same_name(const struct run *run, const struct endpoint *expected, int r, bool is_peer)
{
	struct sockaddr_storage address;
	struct endpoint found = {.port = 0};
	socklen_t length = sizeof(address);
	int real = is_peer ? getpeername(run->fd, (struct sockaddr *)&address, &length)
			   : getsockname(run->fd, (struct sockaddr *)&address, &length);
	if (real < 0)
		real = -errno;
	if (real == 0)
		(void)endpoint_read(&address, length, &found); /* the kernel's own */
	if (is_peer && run->kind == MODEL_STREAM && r == 0 && !real_is_established(run->fd))
		return true;
	if (r != real) {
		report(run, is_peer ? "getpeername" : "getsockname", r, real);
		return false;
	}
	bool same_ip = r < 0 || ip_equal(&expected->ip, &found.ip);
	bool same = r < 0 || (is_peer ? expected->port == found.port
				      : same_port(run, expected->port, found.port));
	if (same_ip && same && (r < 0 || expected->scope == found.scope))
		return true;
	char a[IP_TEXT_SIZE], b[IP_TEXT_SIZE];
	printf("%s: %s %u %u, %s %u %u\n", is_peer ? "peer" : "name", ip_format(&expected->ip, a),
	       expected->port, expected->scope, ip_format(&found.ip, b), found.port, found.scope);
	report(run, is_peer ? "peer" : "name", 0, 1);
	return false;
}

static bool same_names(const struct run *run)
{
	struct endpoint name, peer = {.port = 0};
	model_getsockname(&run->socket, &name);
	int r = model_getpeername(&run->socket, &peer);
	return same_name(run, &name, 0, false) && same_name(run, &peer, r, true);
}

static bool same_options(const struct run *run)
{
	static const struct {
		int level, name;
		const char *text;
	} options[] = {
		{SOL_SOCKET, SO_BINDTOIFINDEX, "device"},
		{IPPROTO_IP, IP_UNICAST_IF, "IP_UNICAST_IF"},
		{IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, "no port"},
		{IPPROTO_IPV6, IPV6_V6ONLY, "v6only"},
		{IPPROTO_IPV6, IPV6_UNICAST_IF, "IPV6_UNICAST_IF"},
		{IPPROTO_IPV6, IPV6_MULTICAST_IF, "IPV6_MULTICAST_IF"},
	};
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		int expected = 0, found = 0;
		socklen_t length = sizeof(found);
		if (model_getsockopt(&run->socket, options[i].level, options[i].name, &expected) <
		    0)
			continue;
		if (getsockopt(run->fd, options[i].level, options[i].name, &found, &length) < 0)
			found = -errno;
		if (expected != found) {
			report(run, options[i].text, expected, found);
			return false;
		}
	}
	return true;
}

static bool same_packets(const struct run *run, const struct step *step, const char *tag, int r)
{
	struct model_packet found[MODEL_PACKETS_MAX];
	bool is_stream = run->kind == MODEL_STREAM;
	bool sends_data =
		step->call == STEP_SEND || step->call == STEP_SENDTO || step->call == STEP_SENDMSG;
	enum witness_wants wants = !is_stream   ? WITNESS_TAGGED
				   : sends_data ? WITNESS_DATA
						: WITNESS_SYN;
	int count = witness_look(wants, tag, found);
	if (count < 0) {
		report(run, "token", 0, 0);
		return false;
	}
	if (r == 0 && wants == WITNESS_DATA && !real_is_established(run->fd))
		return true;
	bool same = count == (int)model_packet_count;
	for (int i = 0; same && i < count; i++) {
		const struct model_packet *expected = &model_packets[i];
		same = expected->uplink == found[i].uplink &&
		       ip_equal(&expected->source, &found[i].source) &&
		       ip_equal(&expected->destination, &found[i].destination) &&
		       same_port(run, expected->port, found[i].port);
	}
	if (!same) {
		report(run, "packets", model_packet_count, count);
		print_packets(model_packets, model_packet_count);
		printf("   but saw\n");
		print_packets(found, (unsigned int)count);
	}
	return same;
}

/* The connection is under way or made; the model does not know which. */
static bool same_result(const struct run *run, int expected, int found)
{
	if (expected == found)
		return true;
	if (run->kind != MODEL_STREAM)
		return false;
	return (expected == -EISCONN && (found == -EALREADY || found == -EPIPE || found == 0)) ||
	       (expected == 0 && found == -EAGAIN) ||
	       (expected == -EPIPE && (found == -ECONNRESET || found == -EAGAIN));
}

static bool run_step(struct run *run, const char *tag)
{
	const struct step *step = &run->steps[run->count - 1];
	model_packet_count = 0;
	int expected = step_model(&run->socket, step);
	int found = real_step(run->fd, run->socket.family, run->kind, step, tag);
	if (!same_result(run, expected, found)) {
		report(run, "result", expected, found);
		return false;
	}
	return same_packets(run, step, tag, expected) && same_names(run) && same_options(run);
}

/* False if the tests' user has no group that ping_group_range could name. */
static bool can_ping;

/*
 * After these a connection goes on by itself: it ends, or the kernel sends unacknowledged data
 * again by another device, or resets it there.
 */
static bool is_past_telling(const struct run *run, const struct step *step)
{
	bool moves = step->call == STEP_SETSOCKOPT && step->level == SOL_SOCKET &&
		     step->name == SO_BINDTOIFINDEX && run->socket.device != 0;
	return run->kind == MODEL_STREAM && run->socket.state == MODEL_CONNECTED &&
	       (step->call == STEP_SHUTDOWN || moves);
}

static bool run_sequence(unsigned int number)
{
	struct run run = {.count = 0};
	struct model_packet ignored[MODEL_PACKETS_MAX];
	char tag[WITNESS_TAG_SIZE + 1];
	int family = random_below(2) ? AF_INET : AF_INET6;
	bool is_good = true;
	run.kind = (enum model_kind)random_below(host.is_privileged ? 4 : 3);
	if (run.kind == MODEL_PING && !can_ping)
		run.kind = MODEL_DGRAM;
	(void)witness_look(WITNESS_TAGGED, NULL, ignored); /* the last sequence's packets */
	(void)model_socket(&run.socket, family, run.kind);
	run.fd = real_open(family, run.kind);
	if (run.fd < 0) {
		errno = -run.fd;
		fail("socket");
	}
	while (is_good && run.count < STEPS_MAX) {
		run.steps[run.count] =
			random_step(family, run.kind, (uint16_t)(10000 + number % 20000));
		bool is_end = is_past_telling(&run, &run.steps[run.count]);
		if (is_end)
			break;
		(void)snprintf(tag, sizeof(tag), "%08x%04x", number, run.count);
		run.count++;
		is_good = run_step(&run, tag);
	}
	real_close(run.fd);
	return is_good;
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		fail("sched_setaffinity");
	(void)signal(SIGPIPE, SIG_IGN); /* EPIPE is enough */
	enter(argv[1]);
	if (witness_open() < 0)
		fail("witness");
	enter(argv[2]);
	if (witness_open_tokens() < 0)
		fail("tokens");
	open_receiver(SOCK_DGRAM, DISCARD);
	open_receiver(SOCK_STREAM, HOLD);
	host.routes_localnet = strcmp(argv[3], "localnet") == 0;
	host.has_lost_wlan0 = strcmp(argv[3], "lost") == 0;
	host.is_privileged = strcmp(argv[3], "root") == 0;
	read_link_locals();
	if (!host.is_privileged)
		drop_rights();
	int ping = real_open(AF_INET, MODEL_PING);
	can_ping = ping >= 0;
	if (can_ping)
		(void)close(ping); /* only tried */
	random_seed((uint32_t)strtoul(argv[4], NULL, 10));
	unsigned int count = (unsigned int)strtoul(argv[5], NULL, 10), differ = 0;
	for (unsigned int i = 0; i < count && differ < 20; i++)
		differ += !run_sequence(i);
	printf("%u sequences, %u differ\n", count, differ);
	return differ > 0;
}
