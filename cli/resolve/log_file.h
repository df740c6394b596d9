/* SPDX-License-Identifier: MIT */
/* The file of --log, as the pin has it: both engines append to it by its path. */
#ifndef BINDTO_LOG_FILE_H
#define BINDTO_LOG_FILE_H

/*
 * Makes the file if there is none, and sees that it can be appended to; ends bindto if it
 * cannot. Returns the word for its path (path.h), allocated.
 */
__attribute__((returns_nonnull)) char *log_file_prepare(const char *name);

#endif
