/* SPDX-License-Identifier: MIT */
/* The ways in which a pin gets into a program. */
#ifndef BINDTO_ENGINE_H
#define BINDTO_ENGINE_H

enum engine {
	ENGINE_BOTH,    /* the library, and the supervisor for all that the library does not see */
	ENGINE_PRELOAD, /* the library alone */
	ENGINE_SUPERVISE, /* the supervisor alone */
};

/* The word that --engine takes. */
const char *engine_name(enum engine engine);

#endif
