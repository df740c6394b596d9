/* SPDX-License-Identifier: MIT */
/* Makes steps, prints them, and carries them out on the model. */
#include "step.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "pin/kernel_constants.h"

struct step step_at(enum step_call call, int family, const char *text, uint16_t port,
		    uint32_t scope)
{
	struct step step = {
		.call = call,
		.has_peer = call == STEP_SENDTO || call == STEP_SENDMSG || call == STEP_FASTOPEN,
		.at = {.family = (sa_family_t)family, .port = port, .scope = scope},
	};
	(void)ip_parse(text, &step.at.ip); /* the tests' own */
	return step;
}

struct step step_number(int level, int name, int value)
{
	struct step step = {
		.call = STEP_SETSOCKOPT, .level = level, .name = name, .length = sizeof(value)};
	memcpy(step.value, &value, sizeof(value));
	return step;
}

struct step step_hop(const char *hop)
{
	/* RFC 8754: next header, length, type 4, segments left, last entry, flags, tag */
	static const unsigned char header[8] = {0, 4, 4, 1, 1, 0, 0, 0};
	struct step step = {.call = STEP_SETSOCKOPT, .level = IPPROTO_IPV6, .name = IPV6_RTHDR};
	struct ip ip;
	if (hop == NULL)
		return step;
	(void)ip_parse(hop, &ip); /* the tests' own */
	memcpy(step.value, header, sizeof(header));
	memcpy(step.value + 24, &ip, sizeof(ip));
	step.length = 40;
	return step;
}

struct step step_group_v4(int index, const char *source)
{
	struct step step = {.call = STEP_SETSOCKOPT, .level = IPPROTO_IP, .name = IP_MULTICAST_IF};
	struct ip_mreqn group = {.imr_ifindex = index};
	struct ip ip;
	if (source != NULL && ip_parse(source, &ip) == 0)
		memcpy(&group.imr_address, ip.bytes + 12, sizeof(group.imr_address));
	memcpy(step.value, &group, sizeof(group));
	step.length = sizeof(group);
	return step;
}

struct step step_sticky(unsigned int index)
{
	struct step step = {.call = STEP_SETSOCKOPT, .level = IPPROTO_IPV6, .name = IPV6_PKTINFO};
	struct in6_pktinfo info = {.ipi6_ifindex = index};
	memcpy(step.value, &info, sizeof(info));
	step.length = sizeof(info);
	return step;
}

void step_add_control(struct step *step, bool is_v4, unsigned int device, const char *source)
{
	step->has_control = true;
	step->control = (struct model_control){
		.has_v4 = is_v4,
		.has_v6 = !is_v4,
		.device = device,
		.source = is_v4 ? IP_V4_WILDCARD : IP_V6_WILDCARD,
	};
	if (source != NULL)
		(void)ip_parse(source, &step->control.source); /* the tests' own */
}

size_t step_control(const struct step *step, unsigned char *buffer, size_t size)
{
	struct msghdr message = {.msg_control = buffer, .msg_controllen = size};
	struct in_pktinfo v4 = {.ipi_ifindex = (int)step->control.device};
	struct in6_pktinfo v6 = {.ipi6_ifindex = step->control.device};
	bool is_v4 = step->control.has_v4;
	if (!step->has_control)
		return 0;
	memset(buffer, 0, size);
	memcpy(&v4.ipi_spec_dst, step->control.source.bytes + 12, sizeof(v4.ipi_spec_dst));
	memcpy(&v6.ipi6_addr, &step->control.source, sizeof(v6.ipi6_addr));
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
	header->cmsg_type = is_v4 ? IP_PKTINFO : IPV6_PKTINFO;
	header->cmsg_len = is_v4 ? CMSG_LEN(sizeof(v4)) : CMSG_LEN(sizeof(v6));
	memcpy(CMSG_DATA(header), is_v4 ? (void *)&v4 : (void *)&v6,
	       is_v4 ? sizeof(v4) : sizeof(v6));
	return is_v4 ? CMSG_SPACE(sizeof(v4)) : CMSG_SPACE(sizeof(v6));
}

int step_model(struct model_socket *socket, const struct step *step)
{
	switch (step->call) {
	case STEP_BIND:
		return model_bind(socket, &step->at);
	case STEP_CONNECT:
		return model_connect(socket, &step->at);
	case STEP_LISTEN:
		return model_listen(socket);
	case STEP_SENDTO:
	case STEP_SENDMSG:
	case STEP_SEND:
		return model_send(socket, step->has_peer ? &step->at : NULL,
				  step->has_control ? &step->control : NULL, 0);
	case STEP_FASTOPEN:
		return model_send(socket, &step->at, NULL, MSG_FASTOPEN);
	case STEP_SETSOCKOPT:
		return model_setsockopt(socket, step->level, step->name, step->value, step->length);
	case STEP_SHUTDOWN:
		return model_shutdown(socket);
	}
	return -EINVAL;
}

static void print_at(FILE *file, const struct endpoint *at)
{
	static const char *const devices[] = {"", "%lo", "%eth0", "%wlan0"};
	char text[IP_TEXT_SIZE];
	bool is_mapped = at->family == AF_INET6 && ip_is_v4(&at->ip);
	fprintf(file, " %s%s%s", is_mapped ? "::ffff:" : "", ip_format(&at->ip, text),
		at->scope < HOST_DEVICES ? devices[at->scope] : "%?");
	if (at->family == AF_UNSPEC)
		fprintf(file, "(AF_UNSPEC)");
	fprintf(file, " %u", at->port);
}

static const char *option_name(const struct step *step)
{
	static const struct {
		int level, name;
		const char *text;
	} names[] = {
		{SOL_SOCKET, SO_BINDTOIFINDEX, "SO_BINDTOIFINDEX"},
		{SOL_SOCKET, SO_BINDTODEVICE, "SO_BINDTODEVICE"},
		{SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST"},
		{IPPROTO_IP, IP_UNICAST_IF, "IP_UNICAST_IF"},
		{IPPROTO_IP, IP_MULTICAST_IF, "IP_MULTICAST_IF"},
		{IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, "IP_BIND_ADDRESS_NO_PORT"},
		{IPPROTO_IP, IP_LOCAL_PORT_RANGE, "IP_LOCAL_PORT_RANGE"},
		{IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY"},
		{IPPROTO_IPV6, IPV6_UNICAST_IF, "IPV6_UNICAST_IF"},
		{IPPROTO_IPV6, IPV6_MULTICAST_IF, "IPV6_MULTICAST_IF"},
		{IPPROTO_IPV6, IPV6_RTHDR, "IPV6_RTHDR"},
		{IPPROTO_IPV6, IPV6_PKTINFO, "IPV6_PKTINFO"},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].level == step->level && names[i].name == step->name)
			return names[i].text;
	return "?";
}

static void print_option(FILE *file, const struct step *step)
{
	char text[IP_TEXT_SIZE];
	uint32_t value = 0;
	struct ip ip;
	fprintf(file, "so %s", option_name(step));
	if (step->name == IPV6_RTHDR && step->level == IPPROTO_IPV6 && step->length > 0) {
		memcpy(&ip, step->value + 24, sizeof(ip));
		fprintf(file, " %s", ip_format(&ip, text));
		return;
	}
	if (step->length < sizeof(value))
		return;
	memcpy(&value, step->value, sizeof(value));
	bool is_net = (step->level == IPPROTO_IP && step->name == IP_UNICAST_IF) ||
		      (step->level == IPPROTO_IPV6 && step->name == IPV6_UNICAST_IF);
	if (step->level == IPPROTO_IP && step->name == IP_MULTICAST_IF)
		memcpy(&value, step->value + 8, sizeof(value));
	if (step->level == IPPROTO_IPV6 && step->name == IPV6_PKTINFO)
		memcpy(&value, step->value + 16, sizeof(value));
	if (step->name == IP_LOCAL_PORT_RANGE && step->level == IPPROTO_IP)
		fprintf(file, " %u-%u", value & 0xffff, value >> 16);
	else
		fprintf(file, " %u", is_net ? ntohl(value) : value);
}

void step_print(FILE *file, const struct step *step)
{
	static const char *const names[] = {
		[STEP_BIND] = "b",      [STEP_CONNECT] = "c",     [STEP_LISTEN] = "l",
		[STEP_SENDTO] = "st",   [STEP_SENDMSG] = "sm",    [STEP_SEND] = "sd",
		[STEP_FASTOPEN] = "fo", [STEP_SETSOCKOPT] = "so", [STEP_SHUTDOWN] = "sh",
	};
	char text[IP_TEXT_SIZE];
	fprintf(file, "%s", step->way == WAY_NUMBER ? "!" : step->way == WAY_PLAIN ? "." : "");
	if (step->call == STEP_CONNECT && step->at.family == AF_UNSPEC) {
		fprintf(file, "cu");
		return;
	}
	if (step->call == STEP_SETSOCKOPT) {
		print_option(file, step);
		return;
	}
	fprintf(file, "%s", names[step->call]);
	if (step->has_peer || step->call == STEP_BIND || step->call == STEP_CONNECT)
		print_at(file, &step->at);
	if (step->has_control)
		fprintf(file, " pktinfo%c=%s,%u", step->control.has_v4 ? '4' : '6',
			ip_format(&step->control.source, text), step->control.device);
}
