/* SPDX-License-Identifier: MIT */
/* The names of the engines. */
#include "engine.h"

const char *const engine_names[ENGINE_COUNT] = {
	[ENGINE_BOTH] = "both",
	[ENGINE_PRELOAD] = "preload",
	[ENGINE_SUPERVISE] = "supervise",
};
