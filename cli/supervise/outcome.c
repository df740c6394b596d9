/* SPDX-License-Identifier: MIT */
/* Makes and compares outcomes, so that nobody writes their numbers by hand. */
#include "supervise/outcome.h"

struct outcome outcome_answer(int64_t value)
{
	return (struct outcome){.disposition = OUTCOME_ANSWER, .value = value};
}

struct outcome outcome_continue(void)
{
	return (struct outcome){.disposition = OUTCOME_CONTINUE};
}

struct outcome outcome_deferred(void)
{
	return (struct outcome){.disposition = OUTCOME_DEFERRED};
}

struct outcome outcome_after(int r)
{
	return r < 0 ? outcome_answer(r) : (struct outcome){.disposition = OUTCOME_OPEN};
}

bool outcome_is_open(struct outcome outcome)
{
	return outcome.disposition == OUTCOME_OPEN;
}

bool outcome_is_error(struct outcome outcome, int error)
{
	return outcome.disposition == OUTCOME_ANSWER && outcome.value == error;
}
