/* SPDX-License-Identifier: MIT */
/* The file of --log, as the pin has it: both engines append to it by its path. */
#ifndef BINDTO_JOURNAL_H
#define BINDTO_JOURNAL_H

/*
 * Makes the file where there is none, and sees that it can be appended to; ends bindto where it
 * cannot. Returns the word for its path (path.h), allocated.
 */
__attribute__((returns_nonnull)) char *journal_prepare(const char *name);

#endif
