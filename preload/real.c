/* SPDX-License-Identifier: MIT */
/*
 * Looks up the real functions. The constructor does it, so that no hook in a signal handler has to.
 * If another library's constructor calls a hook earlier, that hook looks its function up. Threads
 * that race store the same value.
 *
 * dlsym(3) is in libc since glibc 2.34. Before, it is in libdl, which is loaded here if the program
 * does not have it. If this library needed libdl itself (DT_NEEDED), every process would find, map
 * and relocate it, which is half of what the library costs a start.
 */
#include "real.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef void *find(void *library, const char *name);

/* This version of dlsym is in both, libc and libdl. */
__asm__(".symver dlsym, dlsym@" DLSYM_VERSION);
#pragma weak dlsym
/* libc itself loads libraries by these. glibc 2.34 dropped them, and they are not needed there. */
extern void *__libc_dlopen_mode(const char *name, int mode) __attribute__((weak));
extern find __libc_dlsym __attribute__((weak));

enum { MODE_BY_DLOPEN = (int)0x80000000 }; /* __RTLD_DLOPEN in glibc's include/dlfcn.h */

static find *find_dlsym(void)
{
	if (dlsym)
		return dlsym;
	if (!__libc_dlopen_mode || !__libc_dlsym)
		return NULL;
	/* RTLD_GLOBAL: the next library that needs dlopen(3) finds it there as well. */
	void *libdl = __libc_dlopen_mode("libdl.so.2", RTLD_NOW | RTLD_GLOBAL | MODE_BY_DLOPEN);
	find *found;
	*(void **)&found = libdl == NULL ? NULL : __libc_dlsym(libdl, "dlsym");
	return found;
}

void *real_next(const char *name)
{
	static _Atomic(find *) slot;
	find *found = atomic_load_explicit(&slot, memory_order_relaxed);
	if (!found) {
		found = find_dlsym();
		if (!found)
			abort(); /* for the reason that look_up() gives */
		atomic_store_explicit(&slot, found, memory_order_relaxed);
	}
	return found(RTLD_NEXT, name);
}

bool real_own(Dl_info *ret_own)
{
	static const char here;
	__typeof__(&dladdr) real;
	*(void **)&real = real_next("dladdr");
	return real && real(&here, ret_own) != 0;
}

/* If no library has the name, there is nothing to call, and the program cannot go on. */
static void *look_up(const char *name)
{
	void *symbol = real_next(name);
	if (!symbol)
		abort();
	return symbol;
}

#define REAL_NAME(name) #name,
static const char NAMES[REAL_COUNT][sizeof("posix_spawnp")] = {REAL_FUNCTIONS(REAL_NAME)};

static _Atomic(void *) slots[REAL_COUNT];

void real_replace(enum real index, void *function)
{
	atomic_store_explicit(&slots[index], function, memory_order_relaxed);
}

void *real_at(enum real index)
{
	void *symbol = atomic_load_explicit(&slots[index], memory_order_relaxed);
	if (!symbol) {
		symbol = look_up(NAMES[index]);
		atomic_store_explicit(&slots[index], symbol, memory_order_relaxed);
	}
	return symbol;
}

__attribute__((constructor)) static void look_up_all(void)
{
	for (enum real index = 0; index < REAL_COUNT; index++)
		(void)real_at(index); /* it fills the slot */
}
