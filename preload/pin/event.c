/* SPDX-License-Identifier: MIT */
/* Put together on the stack, and short of EVENT_SIZE whatever is in an event. */
#include "event.h"

#include <netinet/in.h>
#include <string.h>

#include "apply.h"
#include "sys.h"

static const char PINNED[] = "pinned", EXEMPT[] = "exempt";

struct line {
	char *text;
	size_t length;
};

static void add(struct line *line, const char *text)
{
	size_t length = strlen(text);
	memcpy(line->text + line->length, text, length);
	line->length += length;
}

/* As diag.h has it: what a program calls itself could be a line of its own. */
static void add_name(struct line *line, const char *name)
{
	for (; *name != '\0'; name++) {
		unsigned char byte = (unsigned char)*name;
		line->text[line->length++] = byte < ' ' || byte == 0x7f ? '?' : *name;
	}
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
static bool is_exempt(const struct pin *pin, const struct facts *facts, const struct endpoint *peer)
{
	const struct ip *local = &facts->local.ip;
	if (peer == NULL)
		return ip_is_loopback(local) && !pin_owns(pin, local);
	enum reach reach = pin_reach(pin, &peer->ip);
	if (reach == REACH_REMOTE)
		return false;
	return reach == REACH_EXCLUDED || !pin_owns(pin, local) || pin->ifindex != facts->device;
}

bool event_is_wanted(const struct pin *pin)
{
	return pin->verbose;
}

int event_read(const struct pin *pin, int fd, const struct endpoint *peer, enum event_end end,
	       struct event *ret_event)
{
	struct event event = {.has_peer = peer != NULL};
	struct facts facts;
	int r = facts_read(fd, pin, &facts);
	if (r < 0)
		return r;
	event.protocol = protocol_of(fd, &facts);
	event.local = facts.local;
	if (peer != NULL)
		event.peer = *peer;
	if (facts.device != 0 && facts.device == pin->ifindex)
		memcpy(event.device, pin->ifname, sizeof(event.device));
	event.outcome = is_exempt(pin, &facts, peer) ? EXEMPT : PINNED;
	event_set_end(&event, end);
	*ret_event = event;
	return 0;
}

void event_set_end(struct event *event, enum event_end end)
{
	switch (end) {
	case EVENT_DONE:
		break;
	case EVENT_REFUSED:
		event->outcome = "refused";
		break;
	case EVENT_PEER_REFUSED:
		if (event->outcome == PINNED)
			event->outcome = "pinned, but the peer refused";
		break;
	}
}

void event_set_program(struct event *event, const char *name, pid_t process)
{
	size_t length = strnlen(name, sizeof(event->program) - 1);
	memcpy(event->program, name, length);
	event->program[length] = '\0';
	event->process = process;
}

size_t event_line(const struct event *event, char buffer[EVENT_SIZE])
{
	struct line line = {.text = buffer};
	add(&line, "bindto: ");
	add_name(&line, event->program);
	add(&line, "[");
	add_number(&line, (unsigned int)event->process);
	add(&line, "]: ");
	add(&line, event->protocol);
	add_endpoint(&line, &event->local);
	if (event->has_peer) {
		add(&line, " ->");
		add_endpoint(&line, &event->peer);
	}
	if (event->device[0] != '\0') {
		add(&line, " dev ");
		add(&line, event->device);
	}
	add(&line, ": ");
	add(&line, event->outcome);
	add(&line, "\n");
	return line.length;
}
