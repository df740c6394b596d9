/* SPDX-License-Identifier: MIT */
/*
 * Messages and exit statuses. A message is `bindto: cannot <verb> '<object>': <reason>`. If the
 * user can do something about it, a second line follows: `hint: ...`. Control characters are
 * printed as '?', so that each message stays one line.
 */
#ifndef BINDTO_DIAG_H
#define BINDTO_DIAG_H

#include <stddef.h>

/* The same as env(1) and timeout(1) use. Every other status is the program's own. */
enum status {
	STATUS_FAILED = 125,
	STATUS_NOT_RUNNABLE = 126,
	STATUS_NOT_FOUND = 127,
};

__attribute__((format(printf, 1, 2))) void diag_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void diag_hint(const char *format, ...);

/*
 * From now on diag_error() and die() name this line of this file at the end of each message. file
 * must stay valid; NULL: they name none, as at first.
 */
void diag_place(const char *file, size_t line);

/* The same for a note, such as "waited 10 seconds", which comes before the line. NULL: none. */
void diag_note(const char *note);

/* Prints like diag_error() and exits with STATUS_FAILED. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* Writes out standard output; exits with STATUS_FAILED if that fails. */
void diag_flush(void);

#endif
