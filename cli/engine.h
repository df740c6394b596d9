/* SPDX-License-Identifier: MIT */
/* The engines: the ways in which bindto holds a program to its pin. */
#ifndef BINDTO_ENGINE_H
#define BINDTO_ENGINE_H

enum engine {
	ENGINE_BOTH,      /* the library, and the supervisor for the calls that it does not see */
	ENGINE_PRELOAD,   /* the library alone */
	ENGINE_SUPERVISE, /* the supervisor alone */
};

/* The words that --engine takes, in the order of enum engine. */
enum { ENGINE_COUNT = 3 };
extern const char *const engine_names[ENGINE_COUNT];

#endif
