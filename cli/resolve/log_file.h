/* SPDX-License-Identifier: MIT */
/* Prepares the file of --log. The library and the supervisor append to it by its path. */
#ifndef BINDTO_LOG_FILE_H
#define BINDTO_LOG_FILE_H

/*
 * Makes the file if it is missing, and checks that it can be appended to. Returns its path as one
 * word of the pin's text (pin/path.h), allocated. Exits with a message if the file cannot be used.
 */
__attribute__((returns_nonnull)) char *log_file_prepare(const char *name);

#endif
