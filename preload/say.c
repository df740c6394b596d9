/* SPDX-License-Identifier: MIT */
/*
 *   bindto: curl[4711]: tcp 203.0.113.3:40012 -> 192.0.2.1:80 dev wlan0: pinned
 * Put together on the stack and written at once, so that lines of many processes stay whole.
 */
#include "say.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "sys.h"

struct line {
	char text[256];
	size_t length;
};

static void add(struct line *line, const char *text)
{
	size_t length = strlen(text);
	size_t room = sizeof(line->text) - line->length;
	if (length > room)
		length = room;
	memcpy(line->text + line->length, text, length);
	line->length += length;
}

static void add_number(struct line *line, unsigned int number)
{
	char digits[11];
	size_t at = sizeof(digits) - 1;
	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	add(line, digits + at);
}

static void add_endpoint(struct line *line, const struct endpoint *endpoint)
{
	char text[IP_TEXT_SIZE];
	bool v4 = ip_is_v4(&endpoint->ip);
	add(line, v4 ? " " : " [");
	add(line, ip_format(&endpoint->ip, text));
	add(line, v4 ? ":" : "]:");
	add_number(line, endpoint->port);
}

static const char *protocol_of(int fd, const struct facts *facts)
{
	int protocol = 0;
	(void)sys_get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol); /* 0 where it cannot be had */
	if (facts->type == SOCK_STREAM)
		return "tcp";
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return "icmp";
	return facts->type == SOCK_RAW ? "raw" : "udp";
}

/* An exempt peer is one of this host's own or an excluded one, unless it is the pin's all the same.
 */
static const char *fate(const struct pin *pin, const struct facts *facts,
			const struct endpoint *peer)
{
	const struct ip *local = &facts->local.ip;
	if (peer == NULL)
		return ip_is_loopback(local) && !pin_owns(pin, local) ? "exempt" : "pinned";
	enum reach reach = pin_reach(pin, &peer->ip);
	if (reach == REACH_REMOTE)
		return "pinned";
	if (reach == REACH_EXCLUDED || !pin_owns(pin, local))
		return "exempt";
	return pin->ifindex == facts->device ? "pinned" : "exempt";
}

static void say(const struct pin *pin, int fd, const struct endpoint *peer, bool refused)
{
	struct line line = {.length = 0};
	struct facts facts;
	if (facts_read(fd, pin, &facts) < 0)
		return;
	add(&line, "bindto: ");
	add(&line, program_invocation_short_name);
	add(&line, "[");
	add_number(&line, (unsigned int)getpid());
	add(&line, "]: ");
	add(&line, protocol_of(fd, &facts));
	add_endpoint(&line, &facts.local);
	if (peer != NULL) {
		add(&line, " ->");
		add_endpoint(&line, peer);
	}
	if (facts.device != 0 && facts.device == pin->ifindex) {
		add(&line, " dev ");
		add(&line, pin->ifname);
	}
	add(&line, ": ");
	add(&line, refused ? "refused" : fate(pin, &facts, peer));
	if (line.length == sizeof(line.text))
		line.length--;
	line.text[line.length++] = '\n';
	(void)sys_write(STDERR_FILENO, line.text, line.length); /* nowhere to tell of a failure */
}

void say_call(const struct pin *pin, int fd, const struct endpoint *peer, bool refused)
{
	int saved = errno;
	if (!pin->verbose)
		return;
	say(pin, fd, peer, refused);
	errno = saved;
}
