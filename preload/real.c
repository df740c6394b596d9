/* SPDX-License-Identifier: MIT */
/*
 * Lookups happen in the constructor, so that no hook in a signal handler has to make one, and
 * lazily where another library's constructor calls earlier. Racing threads store the same value.
 */
#include "real.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>

__asm__(".symver dlsym, dlsym@" DLSYM_VERSION);
__asm__(".symver dladdr, dladdr@" DLSYM_VERSION);

const char *real_own_path(void)
{
	static const char here;
	Dl_info own;
	return dladdr(&here, &own) == 0 ? NULL : own.dli_fname;
}

/* A name that no library has cannot be called through: there is nothing to go on with. */
static void *look_up(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);
	if (symbol == NULL)
		abort();
	return symbol;
}

#define REAL_DEFINE(name)                                                                          \
	__typeof__(&(name)) real_##name(void)                                                      \
	{                                                                                          \
		static _Atomic(void *) slot;                                                       \
		void *symbol = atomic_load_explicit(&slot, memory_order_relaxed);                  \
		if (symbol == NULL) {                                                              \
			symbol = look_up(#name);                                                   \
			atomic_store_explicit(&slot, symbol, memory_order_relaxed);                \
		}                                                                                  \
		return (__typeof__(&(name)))symbol;                                                \
	}
REAL_FUNCTIONS(REAL_DEFINE)

#define REAL_LOOK_UP(name) (void)real_##name(); /* for the slot alone */
__attribute__((constructor)) static void look_up_all(void)
{
	REAL_FUNCTIONS(REAL_LOOK_UP)
}
