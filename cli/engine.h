/* SPDX-License-Identifier: MIT */
/* The ways in which a pin gets into a program. */
#ifndef BINDTO_ENGINE_H
#define BINDTO_ENGINE_H

enum engine {
	ENGINE_BOTH,      /* the library, and the supervisor for what the library does not see */
	ENGINE_PRELOAD,   /* the library alone */
	ENGINE_SUPERVISE, /* the supervisor alone */
};

/* The words that --engine takes, by enum engine. */
enum { ENGINE_COUNT = 3 };
extern const char *const engine_names[ENGINE_COUNT];

#endif
