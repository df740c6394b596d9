/* SPDX-License-Identifier: MIT */
/* What becomes of a trapped call: every supervise_*() function of call.h returns an outcome. */
#ifndef BINDTO_OUTCOME_H
#define BINDTO_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

enum disposition {
	OUTCOME_OPEN,     /* not decided yet: the next step goes on with the call */
	OUTCOME_ANSWER,   /* the caller gets value */
	OUTCOME_CONTINUE, /* the kernel carries the call out */
	OUTCOME_DEFERRED, /* the answer was given by notify_give(), or waiting.c gives it later */
};

struct outcome {
	enum disposition disposition;
	int64_t value; /* of OUTCOME_ANSWER: what the call returns (0 or more), or -errno */
};

struct outcome outcome_answer(int64_t value);
struct outcome outcome_continue(void);
struct outcome outcome_deferred(void);

/* After a step that returned r, 0 or -errno: an error is the answer, else the call is open. */
struct outcome outcome_after(int r);

bool outcome_is_open(struct outcome outcome);

/* Is the answer this -errno? */
bool outcome_is_error(struct outcome outcome, int error);

#endif
