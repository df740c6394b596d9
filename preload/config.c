/* SPDX-License-Identifier: MIT */
/*
 * From the environment to the pin: BINDTO_PIN as the launcher wrote it, else BIND_ADDR and
 * BIND_ADDR6 (Daniel Ryde's bind.c) or BIND_SRC (Robert J. McKay's bindhack). A value that cannot
 * be understood refuses everything. The pin lives in one read-only mapping, published by a pointer:
 * threads that race read the same environment and the first one wins.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gate.h"
#include "pin/codec.h"
#include "pin/exempt.h"
#include "real.h"
#include "socket/birth.h"
#include "socket/local.h"
#include "socket/sys.h"

/* For this host's addresses: a mapping costs only the pages that are written to. */
#define OWN_ROOMS 4096

struct config {
	size_t size; /* of the mapping */
	struct pin pin;
	struct origin origin;
	const char *log; /* in text; NULL: none */
	size_t rooms;
	struct prefix *exempt;
	char text[]; /* the pin's, then the paths of launcher and log, then exempt */
};

/* If the environment asks for nothing. */
static struct config NO_CONFIG;

static _Atomic(struct config *) published;

/* text is copied: a program may write over its environment to change its title. */
static struct config *config_new(const char *text, size_t rooms)
{
	size_t length = text == NULL ? 0 : strlen(text) + 1;
	size_t strings = (sizeof(struct config) + 2 * length + 15) & ~(size_t)15;
	size_t size = strings + rooms * sizeof(struct prefix);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	struct config *config = memory;
	config->size = size;
	config->rooms = rooms;
	config->exempt = (void *)((char *)memory + strings);
	if (text != NULL)
		config->origin.text = memcpy(config->text, text, length);
	return config;
}

/* NULL if there is none. */
static const char *decode(const struct encoded_path *path, char *room)
{
	bool is_one = path->length > 0 && path_decode(path, room, path->length + 1) == 0;
	return is_one ? room : NULL;
}

/* What exec and the log have to know. Both paths are shorter than the text that they are in. */
static void find_origin(struct config *config)
{
	struct origin *origin = &config->origin;
	const struct encoded_path *launcher = &config->pin.carried.launcher;
	char *room = config->text + strlen(config->text) + 1;
	Dl_info own;

	origin->launcher = decode(launcher, room);
	config->log = decode(&config->pin.carried.log, room + launcher->length + 1);
	origin->library = !config->pin.gated && real_own(&own) ? own.dli_fname : NULL;
}

/* Addresses that find no room are remote: held to the pin, not leaked. */
static void add_own(const struct local_address *address, void *context)
{
	struct config *config = context;
	if (config->pin.exempt_count == config->rooms)
		return;
	config->exempt[config->pin.exempt_count++] = (struct prefix){
		.ip = address->ip,
		.length = 128,
		.reach = REACH_OWN,
		.ifindex = address->ifindex,
	};
}

static int read_seed(const char *text, bool v4, struct pin_source *source)
{
	if (text == NULL)
		return 0;
	if (ip_parse(text, &source->ip) < 0 || ip_is_v4(&source->ip) != v4)
		return -EINVAL;
	source->mode = PIN_ADDRESS;
	return 0;
}

/* The seeds pinned IPv4 alone and left IPv6 out; a pin that leaks is none, so it is refused. */
static int read_seeds(const char *v4, const char *v6, struct pin *ret_pin)
{
	struct pin pin = *ret_pin;
	if (read_seed(v4, true, &pin.v4) < 0 || read_seed(v6, false, &pin.v6) < 0)
		return -EINVAL;
	*ret_pin = pin;
	return 0;
}

/* What the launcher tells of each interface (probe_localnet()), without one. */
static bool is_localnet(void)
{
	char value = '0';
	int fd = sys_open("/proc/sys/net/ipv4/conf/all/route_localnet", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool is_on = sys_read(fd, &value, 1) == 1 && value != '0';
	sys_close(fd);
	return is_on;
}

static struct config *config_read(void)
{
	const char *text = secure_getenv(PIN_VARIABLE);
	const char *v4 = secure_getenv("BIND_ADDR");
	const char *v6 = secure_getenv("BIND_ADDR6");

	if (v4 == NULL)
		v4 = secure_getenv("BIND_SRC");
	if (text == NULL && v4 == NULL && v6 == NULL)
		return &NO_CONFIG;
	size_t excluded = text == NULL ? 0 : pin_decode_rooms(text);
	struct config *config = config_new(text, excluded + OWN_ROOMS);
	if (config == NULL)
		return NULL;

	config->pin.exempt = config->exempt;
	int r = text == NULL
			? read_seeds(v4, v6, &config->pin)
			: pin_decode(config->text, &config->pin, config->exempt, config->rooms);
	if (r == 0)
		find_origin(config);
	else
		config->pin = (struct pin){.exempt = config->exempt}; /* both families refused */
	if (config->pin.gated && !gate_open()) {
		(void)munmap(config, config->size); /* it was mapped so */
		return &NO_CONFIG;                  /* the supervisor pins this process */
	}
	config->pin.localnet |= text == NULL && is_localnet();
	config->pin.v6only = birth_v6only();
	config->pin.leaves_v6only = true;
	/* A failed dump leaves this host's addresses remote, too. */
	(void)local_addresses(add_own, config);
	exempt_settle(&config->pin, config->exempt);
	pin_settle_sends(&config->pin);
	(void)mprotect(config, config->size, PROT_READ); /* a stray write should not move the pin */
	return config;
}

/* Once; out of the way of what each call does. */
__attribute__((cold, noinline)) static struct config *publish(void)
{
	/* If not even a page is to be had: everything is refused. */
	static struct config refused;
	struct config *config = NULL, *mine = config_read();
	if (mine == NULL)
		mine = &refused;
	if (atomic_compare_exchange_strong(&published, &config, mine))
		return mine;
	if (mine != &NO_CONFIG && mine != &refused)
		(void)munmap(mine, mine->size); /* another thread's won */
	return config;
}

const struct pin *config_pin(void)
{
	struct config *config = atomic_load_explicit(&published, memory_order_acquire);
	if (config == NULL)
		config = publish();
	return config == &NO_CONFIG ? NULL : &config->pin;
}

static atomic_bool is_hiding;

bool config_is_hidden(const struct pin *pin)
{
	return pin->carried.looks == LOOK_NEVER ||
	       (pin->carried.looks == LOOK_UNTIL_FORBIDDEN &&
		atomic_load_explicit(&is_hiding, memory_order_relaxed));
}

bool config_hide(bool hides)
{
	return atomic_exchange_explicit(&is_hiding, hides, memory_order_relaxed);
}

bool config_takes_over(void)
{
	const struct pin *pin = config_pin();
	return pin != NULL && !pin->gated;
}

const struct origin *config_origin(void)
{
	return &atomic_load_explicit(&published, memory_order_acquire)->origin;
}

const char *config_log(void)
{
	return atomic_load_explicit(&published, memory_order_acquire)->log;
}

/* Before the program can change its environment. */
__attribute__((constructor)) static void read_early(void)
{
	(void)config_pin(); /* for what it keeps */
}
