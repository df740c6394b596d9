/* SPDX-License-Identifier: MIT */
/*
 * Messages and exit statuses. A message is `bindto: cannot <verb> '<object>': <reason>`, and if
 * the user can act a second line, `hint: ...`. Both are always one line: control characters in
 * what the user gave are shown as '?'.
 */
#ifndef BINDTO_DIAG_H
#define BINDTO_DIAG_H

/* As env(1), timeout(1) and their like have them; any other status is the program's own. */
enum status {
	STATUS_FAILED = 125,
	STATUS_NOT_RUNNABLE = 126,
	STATUS_NOT_FOUND = 127,
};

__attribute__((format(printf, 1, 2))) void diag_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void diag_hint(const char *format, ...);

/* diag_error() and exit with STATUS_FAILED. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* Ends bindto if what it printed on standard output could not be written. */
void diag_flush(void);

#endif
