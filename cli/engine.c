/* SPDX-License-Identifier: MIT */
#include "engine.h"

const char *engine_name(enum engine engine)
{
	switch (engine) {
	case ENGINE_BOTH:
		return "both";
	case ENGINE_PRELOAD:
		return "preload";
	case ENGINE_SUPERVISE:
		return "supervise";
	}
	return "";
}
