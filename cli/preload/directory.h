/* SPDX-License-Identifier: MIT */
/*
 * Directories that nobody else could have put something in, opened. Each function returns NULL and
 * sets *ret_fd, or returns why the directory will not do (valid until the next call).
 */
#ifndef BINDTO_DIRECTORY_H
#define BINDTO_DIRECTORY_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * One that is there already, as /tmp: nobody else can replace what is ours in it, nor the directory
 * itself, nor any above it. path is absolute and without links (realpath(3)). Opened with O_PATH.
 */
const char *directory_open_parent(const char *path, int *ret_fd);

/* One in which only we can write (or root, if by_root). Opened with O_PATH. */
const char *directory_open(int parent, const char *name, bool by_root, int *ret_fd);

/* directory_open() of our own, made first if it is not there. */
const char *directory_make(int parent, const char *name, int *ret_fd);

/* Does the file or directory belong to us (or to root, if by_root), only it writing? */
bool directory_is_ours(const struct stat *status, bool by_root);

#endif
