/* SPDX-License-Identifier: MIT */
/*
 * bindto's promise, for random pins, sockets and peers: a socket that sends to a remote peer has
 * the pin's source and device, or the call fails.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "pin/exempt.h"
#include "pin/hold.h"
#include "pin/pin.h"

/* Few addresses, so that they coincide. */
static const struct ip ADDRESSES[] = {
	{{[10] = 0xff, 0xff, 198, 51, 100, 2}},
	{{[10] = 0xff, 0xff, 198, 51, 100, 3}},
	{{[10] = 0xff, 0xff, 203, 0, 113, 2}},
	{{[10] = 0xff, 0xff, 192, 0, 2, 1}},
	{{[10] = 0xff, 0xff, 127, 0, 0, 1}},
	{{[10] = 0xff, 0xff, 0, 0, 0, 0}},
	{{[10] = 0xff, 0xff, 224, 0, 0, 251}},
	{{0x20, 0x01, 0x0d, 0xb8, [15] = 2}},
	{{0x20, 0x01, 0x0d, 0xb8, [15] = 3}},
	{{0x20, 0x01, 0x0d, 0xb8, 1, [15] = 9}},
	{{[15] = 1}},
	{{0}},
	{{0xff, 0x02, [15] = 1}},
};
#define ADDRESS_COUNT (sizeof(ADDRESSES) / sizeof(ADDRESSES[0]))

struct input {
	const uint8_t *data;
	size_t size;
};

static unsigned int take(struct input *input, unsigned int count)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++ % count;
}

static struct pin_source take_source(struct input *input, const struct ip *ip)
{
	struct pin_source source = {.mode = (enum pin_mode)take(input, 3)};
	if (source.mode == PIN_ADDRESS)
		source.ip = *ip;
	return source;
}

static struct pin take_pin(struct input *input, struct prefix exempt[3])
{
	exempt[0] = (struct prefix){
		.ip = ADDRESSES[1], .length = 128, .reach = REACH_OWN, .ifindex = 3};
	exempt[1] = (struct prefix){
		.ip = ADDRESSES[2], .length = 128, .reach = REACH_OWN, .ifindex = 2};
	exempt[2] = (struct prefix){
		.ip = ADDRESSES[8], .length = 128, .reach = REACH_OWN, .ifindex = 3};
	struct pin pin = {
		.v4 = take_source(input, &ADDRESSES[0]),
		.v6 = take_source(input, &ADDRESSES[7]),
		.ifindex = take(input, 2) * 3,
		.port_low = (uint16_t)(take(input, 2) * 2000),
		.exempt_count = 3,
	};
	exempt_settle(&pin, exempt);
	pin.port_high = pin.port_low;
	pin.follows = pin.ifindex != 0 && take(input, 2) == 1;
	if (pin.ifindex != 0) { /* an interface pins addresses, or refuses */
		pin.v4.mode = pin.v4.mode == PIN_ANY ? PIN_REFUSED : pin.v4.mode;
		pin.v6.mode = pin.v6.mode == PIN_ANY ? PIN_REFUSED : pin.v6.mode;
	}
	pin_settle_sends(&pin);
	return pin;
}

static struct facts take_facts(struct input *input)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW};
	struct facts facts = {
		.domain = take(input, 2) == 0 ? AF_INET : AF_INET6,
		.type = types[take(input, 3)],
		.v6only = take(input, 2) == 1,
		.device = take(input, 4),
	};
	facts.local.family = facts.domain;
	facts.local.ip = ADDRESSES[take(input, ADDRESS_COUNT)];
	if (facts.domain == AF_INET && !ip_is_v4(&facts.local.ip))
		facts.local.ip = IP_V4_WILDCARD;
	facts.local.port = (uint16_t)(take(input, 2) * 5555);
	return facts;
}

/* The source of the datagram or the connection, after the verdict. */
static const struct ip *source_of(const struct facts *facts, const struct verdict *verdict)
{
	if (verdict->override && !ip_is_wildcard(&verdict->choice.source))
		return &verdict->choice.source;
	return verdict->rebind ? &verdict->source.ip : &facts->local.ip;
}

/* The device, or an option that the kernel obeys as strictly: IPV6_UNICAST_IF if unbound. */
static bool is_held(const struct pin *pin, const struct facts *facts, const struct verdict *verdict,
		    const struct endpoint *peer)
{
	unsigned int device = verdict->set_device    ? verdict->device
			      : verdict->drop_device ? 0
						     : facts->device;
	if (device == pin->ifindex)
		return true;
	if (facts->type == SOCK_STREAM)
		return false;
	if (ip_is_v4(&peer->ip))
		return (verdict->set_unicast && verdict->unicast == pin->ifindex) ||
		       (verdict->override && verdict->choice.ifindex == pin->ifindex);
	return device == 0 && verdict->set_unicast_v6 && verdict->unicast_v6 == pin->ifindex &&
	       verdict->needs_live_pin && ip_is_wildcard(source_of(facts, verdict));
}

static void promise_remote(const struct pin *pin, const struct facts *facts,
			   const struct verdict *verdict, const struct endpoint *peer)
{
	const struct pin_source *source = pin_source_for(pin, &peer->ip);
	const struct ip *from = source_of(facts, verdict);
	if (source->mode == PIN_REFUSED) {
		PROMISE(verdict->error == ENETUNREACH);
		return;
	}
	if (facts->type == SOCK_STREAM && ip_is_multicast(&peer->ip))
		return; /* which the kernel refuses */
	if (facts->type == SOCK_RAW && facts->domain == AF_INET6 && ip_is_v4(&peer->ip)) {
		PROMISE(verdict->error ==
			ENETUNREACH); /* to IPv6 it is an address like any other */
		return;
	}
	bool is_on_v4 = facts->domain == AF_INET6 && ip_is_v4(&facts->local.ip) &&
			!ip_is_wildcard(&facts->local.ip);
	if (source->mode == PIN_ANY && is_on_v4 && !ip_is_v4(&peer->ip) &&
	    verdict->error == EAFNOSUPPORT)
		return; /* which the kernel refuses, too (fact 4) */
	PROMISE(verdict->error == 0 && verdict->choice.ifindex != LOOPBACK_IFINDEX);
	bool is_chosen = pin->follows && (ip_is_wildcard(from) || ip_is_multicast(from));
	if (source->mode == PIN_ADDRESS)
		PROMISE(pin_owns(pin, from) || is_chosen);
	PROMISE(!ip_is_loopback(from));
	PROMISE(pin->ifindex == 0 || is_held(pin, facts, verdict, peer));
}

/* A call that is not judged needs no change. */
static void promise_plain(const struct pin *pin, const struct facts *facts,
			  const struct endpoint *peer)
{
	struct verdict verdict = pin_on_connect(pin, facts, peer);
	if (!pin_connect_needs_no_facts(pin, &facts->local, peer))
		return;
	PROMISE(verdict.error == 0 && !verdict.drop_device && !verdict.rebind &&
		!verdict.choose_port && !verdict.set_unicast && !verdict.set_multicast &&
		!verdict.set_device && !verdict.override);
}

static bool is_same(const struct verdict *one, const struct verdict *other)
{
	if (one->rebind && !ip_equal(&one->source.ip, &other->source.ip))
		return false;
	return one->rebind == other->rebind && one->set_device == other->set_device &&
	       one->device == other->device && one->error == other->error &&
	       one->drop_device == other->drop_device && one->choose_port == other->choose_port &&
	       one->set_unicast == other->set_unicast && one->override == other->override &&
	       one->set_multicast == other->set_multicast;
}

static void promise_usual_connect(const struct pin *pin, const struct facts *facts,
				  const struct endpoint *peer)
{
	struct verdict usual, verdict = pin_on_connect(pin, facts, peer);
	if (facts->type == SOCK_STREAM && facts->device == 0 &&
	    pin_connect_needs_local_only(pin, &facts->local, peer, &usual))
		PROMISE(is_same(&usual, &verdict));
}

static bool is_sent_plainly(const struct pin *pin, const struct endpoint *peer)
{
	struct sockaddr_storage name;
	return pin_send_needs_no_facts(pin, &name, endpoint_write(peer, &name));
}

/* A datagram that is not judged leaves a socket as it was born. */
static void promise_plain_send(const struct pin *pin, const struct facts *facts,
			       const struct endpoint *peer)
{
	struct facts born = *facts;
	struct verdict birth;
	if (facts->type == SOCK_STREAM || !is_sent_plainly(pin, peer) ||
	    ip_is_v4(&peer->ip) != (facts->domain == AF_INET))
		return;
	born.device = 0;
	birth = pin_on_socket(pin, &born);
	born.local = (struct endpoint){.family = facts->domain,
				       .ip = birth.rebind ? birth.source.ip : born.local.ip};
	if (birth.set_device)
		born.device = birth.device;
	struct verdict verdict = pin_on_send(pin, &born, peer);
	PROMISE(verdict.error == 0 && !verdict.drop_device && !verdict.choose_port &&
		!verdict.set_device);
	/* If it were judged, it would leave with what the socket has. */
	PROMISE(!verdict.override || (verdict.choice.ifindex == pin->ifindex &&
				      ip_equal(&verdict.choice.source, &born.local.ip)));
	PROMISE(!verdict.rebind || pin_source_for(pin, &peer->ip)->mode == PIN_ANY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct prefix exempt[3];
	struct pin pin = take_pin(&input, exempt);
	struct facts facts = take_facts(&input);
	struct endpoint peer = {
		.family = facts.domain, .ip = ADDRESSES[take(&input, ADDRESS_COUNT)], .port = 80};
	if (facts.domain == AF_INET && !ip_is_v4(&peer.ip))
		return 0;
	(void)pin_on_socket(&pin, &facts);
	(void)pin_on_bind(&pin, &facts, &peer);
	(void)pin_on_listen(&pin, &facts);
	(void)pin_on_disconnect(&pin, &facts);
	promise_plain(&pin, &facts, &peer);
	promise_usual_connect(&pin, &facts, &peer);
	promise_plain_send(&pin, &facts, &peer);
	if (pin_reach(&pin, &peer.ip, peer.port) != REACH_REMOTE ||
	    (facts.v6only && ip_is_v4(&peer.ip)))
		return 0;
	struct verdict verdict = pin_on_connect(&pin, &facts, &peer);
	promise_remote(&pin, &facts, &verdict, &peer);
	if (facts.type == SOCK_STREAM)
		return 0;
	if (facts.domain == AF_INET && take(&input, 2) == 1)
		peer.family = AF_UNSPEC; /* the same to such a socket */
	verdict = pin_on_send(&pin, &facts, &peer);
	promise_remote(&pin, &facts, &verdict, &peer);
	return 0;
}
