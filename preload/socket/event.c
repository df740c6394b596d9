/* SPDX-License-Identifier: MIT */
/* Puts lines together on the stack. No event makes a line that does not fit in EVENT_SIZE. */
#include "socket/event.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>

#include "pin/hold.h"
#include "socket/facts.h"
#include "socket/pool.h"
#include "socket/sys.h"

/* Arrays, not pointers, because the loader would have to relocate each pointer. */
static const char CALLS[][sizeof("connect")] = {
	[EVENT_BIND] = "bind",
	[EVENT_LISTEN] = "listen",
	[EVENT_CONNECT] = "connect",
	[EVENT_SEND] = "send",
};
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

/* A program's name could contain a whole line of its own, so control characters become '?'. */
static void add_name(struct line *line, const char *name)
{
	for (; *name != '\0'; name++) {
		unsigned char byte = (unsigned char)*name;
		bool is_plain = byte >= ' ' && byte != 0x7f;
		line->text[line->length] = '?';
		if (is_plain)
			line->text[line->length] = *name;
		line->length++;
	}
}

static void add_number(struct line *line, unsigned long number)
{
	char digits[21];
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
	bool is_v4 = ip_is_v4(&endpoint->ip);
	add(line, is_v4 ? " " : " [");
	add(line, ip_format(&endpoint->ip, text));
	add(line, is_v4 ? ":" : "]:");
	add_number(line, endpoint->port);
}

static const char *protocol_of(int fd, const struct facts *facts)
{
	int protocol = 0;
	(void)sys_get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol); /* if it fails, 0 stays */
	if (facts->type == SOCK_STREAM)
		return "tcp";
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return "icmp";
	return facts->type == SOCK_RAW ? "raw" : "udp";
}

/*
 * Is the peer exempt? It is if it is this host's own or excluded, unless the socket has the pin's
 * address and device all the same.
 */
static bool is_exempt(const struct pin *pin, const struct facts *facts, const struct endpoint *peer)
{
	const struct ip *local = &facts->local.ip;
	bool is_kept = pin->keeps_listeners && facts->type == SOCK_STREAM;
	if (pin_is_by_device(pin))
		return facts->device != pin->ifindex;
	if (!peer)
		return !pin_owns(pin, local) &&
		       (ip_is_loopback(local) || (is_kept && facts->device != pin->ifindex));
	enum reach reach = pin_reach(pin, &peer->ip, hold_port(facts, peer));
	if (reach == REACH_REMOTE)
		return false;
	return reach == REACH_EXCLUDED || !pin_owns(pin, local) || pin->ifindex != facts->device;
}

int event_read(const struct pin *pin, int fd, enum event_call call, const struct endpoint *peer,
	       enum event_end end, struct event *ret_event)
{
	struct event event = {.call = CALLS[call], .has_peer = peer != NULL};
	struct facts facts;
	struct pin chosen;
	int r = facts_read(fd, pin, &facts);
	if (r == 0)
		r = pool_for(fd, &pin, &facts, PIN_LISTEN, NULL, &chosen);
	if (r < 0)
		return r;
	(void)gettimeofday(&event.time, NULL); /* it cannot fail with this argument */
	event.protocol = protocol_of(fd, &facts);
	facts.is_ping = event.protocol[0] == 'i'; /* icmp: such a socket has no ports */
	event.local = facts.local;
	if (peer)
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

void event_set_caller(struct event *event, const char *engine, const char *name, pid_t process)
{
	size_t length = strnlen(name, sizeof(event->program) - 1);
	memcpy(event->program, name, length);
	event->program[length] = '\0';
	event->process = process;
	event->engine = engine;
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

/* Adds what stands before each value but the first: a comma and the name. */
static void add_key(struct line *line, const char *name)
{
	add(line, ",\"");
	add(line, name);
	add(line, "\":");
}

/* Adds a string. A byte that JSON or UTF-8 may not have as it is becomes \u00XX. */
static void add_string(struct line *line, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	add(line, "\"");
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		bool is_plain = byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
		char code[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15], '\0'};
		if (is_plain)
			line->text[line->length++] = *text;
		else
			add(line, code);
	}
	add(line, "\"");
}

static void add_field(struct line *line, const char *name, const char *text)
{
	add_key(line, name);
	if (text)
		add_string(line, text);
	else
		add(line, "null");
}

static void add_address(struct line *line, const char *name, const char *port_name,
			const struct endpoint *endpoint)
{
	char text[IP_TEXT_SIZE];
	add_field(line, name, endpoint ? ip_format(&endpoint->ip, text) : NULL);
	add_key(line, port_name);
	if (endpoint)
		add_number(line, endpoint->port);
	else
		add(line, "null");
}

static void add_time(struct line *line, const struct timeval *time)
{
	add(line, "{\"time\":");
	add_number(line, (unsigned long)time->tv_sec);
	add(line, ".");
	for (long unit = 100000; unit > (long)time->tv_usec && unit > 1; unit /= 10)
		add(line, "0");
	add_number(line, (unsigned long)time->tv_usec);
}

size_t event_json(const struct event *event, char buffer[EVENT_SIZE])
{
	struct line line = {.text = buffer};
	add_time(&line, &event->time);
	add_field(&line, "engine", event->engine);
	add_field(&line, "program", event->program);
	add_key(&line, "pid");
	add_number(&line, (unsigned long)event->process);
	add_field(&line, "call", event->call);
	add_field(&line, "protocol", event->protocol);
	add_address(&line, "local", "local_port", &event->local);
	add_address(&line, "peer", "peer_port", event->has_peer ? &event->peer : NULL);
	add_field(&line, "device", event->device[0] == '\0' ? NULL : event->device);
	add_field(&line, "outcome", event->outcome);
	add(&line, "}\n");
	return line.length;
}

/* Its directory may be anybody's, as /tmp is, so what is there now must not lead elsewhere. */
int event_log_open(const char *path)
{
	return sys_open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				      O_LARGEFILE);
}
