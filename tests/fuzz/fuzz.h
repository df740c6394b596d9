/* SPDX-License-Identifier: MIT */
/* The entry point that libFuzzer and driver.c call. */
#ifndef BINDTO_FUZZ_H
#define BINDTO_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that is broken ends the run, in either driver. */
#define PROMISE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

#endif
