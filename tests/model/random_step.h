/* SPDX-License-Identifier: MIT */
/* Random steps, the same for the same seed. */
#ifndef MODEL_RANDOM_STEP_H
#define MODEL_RANDOM_STEP_H

#include "step.h"

/* The part of IP_LOCAL_PORT_RANGE that the kernel obeys. */
enum { RANDOM_RANGE_LOW = 41000, RANDOM_RANGE_HIGH = 41063 };

void random_seed(uint32_t seed);
unsigned int random_below(unsigned int limit);
/* port is the one that the program names when it binds. */
struct step random_step(int family, enum model_kind kind, uint16_t port);

#endif
