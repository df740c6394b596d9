/* SPDX-License-Identifier: MIT */
#include "engine.h"

const char *const engine_names[ENGINE_COUNT] = {
	[ENGINE_BOTH] = "both",
	[ENGINE_PRELOAD] = "preload",
	[ENGINE_SUPERVISE] = "supervise",
};
