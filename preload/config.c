/* SPDX-License-Identifier: MIT */
/*
 * Reads the pin from the environment: from BINDTO_PIN, which the launcher wrote, else from
 * BIND_ADDR and BIND_ADDR6 (known from Daniel Ryde's bind.c) or BIND_SRC (from Robert J. McKay's
 * bindhack). If a value cannot be understood, everything is refused.
 *
 * The pin lies in one read-only mapping, published by a pointer. Threads that race read the same
 * environment, and the first one wins.
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
#include "pin/pool.h"
#include "real.h"
#include "socket/birth.h"
#include "socket/local.h"
#include "socket/sys.h"

/*
 * Room for this host's own addresses. A page of the mapping costs nothing until it is written to.
 */
#define OWN_ROOMS 4096

struct config {
	size_t size; /* of the mapping */
	struct pin pin;
	struct origin origin;
	const char *log; /* within text; NULL if there is none */
	size_t rooms;
	struct prefix *exempt;
	size_t words; /* of the pin's text, which are enough rooms for members */
	struct member *members;
	char text[]; /* the pin's text, then the paths of launcher and log, then exempt, members */
};

/* Stands for an environment that asks for no pin. */
static struct config NO_CONFIG;

static _Atomic(struct config *) published;

/* Copies text, because a program may write over its environment to change its title. */
static struct config *config_new(const char *text)
{
	size_t length = text ? strlen(text) + 1 : 0;
	size_t words = text ? pin_decode_rooms(text) : 0;
	size_t rooms = words + OWN_ROOMS;
	size_t strings = (sizeof(struct config) + 2 * length + 15) & ~(size_t)15;
	size_t members = (strings + rooms * sizeof(struct prefix) + 15) & ~(size_t)15;
	size_t size = members + words * sizeof(struct member);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	struct config *config = memory;
	config->size = size;
	config->rooms = rooms;
	config->exempt = (void *)((char *)memory + strings);
	config->words = words;
	config->members = (void *)((char *)memory + members);
	if (text)
		config->origin.text = memcpy(config->text, text, length);
	return config;
}

/* Decodes path into room. Returns room, or NULL if there is no path. */
static const char *decode(const struct encoded_path *path, char *room)
{
	bool is_one = path->length > 0 && path_decode(path, room, path->length + 1) == 0;
	return is_one ? room : NULL;
}

/*
 * Finds what exec and the log need. Both paths are part of the text, so they have room behind it.
 */
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

/*
 * If there is no room for an address, it counts as remote: it is held to the pin, and cannot leak.
 */
static void add_own(const struct local_address *address, void *context)
{
	struct config *config = context;
	if (config->pin.exempt_count == config->rooms)
		return;
	local_exempt(address, &config->pin, config->exempt);
}

static int read_seed(const char *text, bool is_v4, struct pin_source *source)
{
	if (!text)
		return 0;
	if (ip_parse(text, &source->ip) < 0 || ip_is_v4(&source->ip) != is_v4)
		return -EINVAL;
	source->mode = PIN_ADDRESS;
	return 0;
}

/*
 * bind.c and bindhack let a family pass that they did not pin. That would leak, so it is refused.
 */
static int read_seeds(const char *v4, const char *v6, struct pin *ret_pin)
{
	struct pin pin = *ret_pin;
	if (read_seed(v4, true, &pin.v4) < 0 || read_seed(v6, false, &pin.v6) < 0)
		return -EINVAL;
	*ret_pin = pin;
	return 0;
}

/*
 * Without a launcher, which asks for each interface (probe_localnet()), only this setting is read.
 */
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

	if (!v4)
		v4 = secure_getenv("BIND_SRC");
	if (!text && !v4 && !v6)
		return &NO_CONFIG;
	struct config *config = config_new(text);
	if (!config)
		return NULL;

	config->pin.exempt = config->exempt;
	int r = text ? pin_decode(config->text, &config->pin, config->exempt, config->members,
				  config->words)
		     : read_seeds(v4, v6, &config->pin);
	if (r == 0)
		find_origin(config);
	else
		config->pin = (struct pin){.exempt = config->exempt}; /* refuses both families */
	if (config->pin.gated && !gate_open(config->pin.views)) {
		(void)munmap(config, config->size); /* cannot fail: it was mapped so */
		return &NO_CONFIG;                  /* the supervisor pins this process */
	}
	config->pin.localnet |= !text && is_localnet();
	config->pin.v6only = birth_v6only();
	config->pin.leaves_v6only = true;
	/* If this fails, this host's addresses count as remote. */
	(void)local_addresses(add_own, config);
	exempt_settle(&config->pin, config->exempt);
	pin_settle_sends(&config->pin);
	(void)mprotect(config, config->size, PROT_READ); /* so that no stray write moves the pin */
	return config;
}

/* Runs once, so it is kept out of the way of each call. */
__attribute__((cold, noinline)) static struct config *publish(void)
{
	/* Refuses everything: used if there is no memory for one mapping. */
	static struct config refused;
	struct config *config = NULL, *mine = config_read();
	if (!mine)
		mine = &refused;
	if (atomic_compare_exchange_strong(&published, &config, mine))
		return mine;
	if (mine != &NO_CONFIG && mine != &refused)
		(void)munmap(mine, mine->size); /* another thread was first */
	return config;
}

const struct pin *config_pin(void)
{
	struct config *config = atomic_load_explicit(&published, memory_order_acquire);
	if (!config)
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
	return pin && !pin->gated;
}

const struct origin *config_origin(void)
{
	return &atomic_load_explicit(&published, memory_order_acquire)->origin;
}

const char *config_log(void)
{
	return atomic_load_explicit(&published, memory_order_acquire)->log;
}

/* Reads the pin before the program can change its environment. */
__attribute__((constructor)) static void read_early(void)
{
	(void)config_pin(); /* it keeps the pin */
}
