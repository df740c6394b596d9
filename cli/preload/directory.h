/* SPDX-License-Identifier: MIT */
/*
 * Opens directories in which nobody else can have put a file. Each function sets *ret_fd, an O_PATH
 * descriptor, and returns NULL; or it returns why the directory will not do. That text is valid
 * until the next call. "Ours" means owned by the effective user.
 */
#ifndef BINDTO_DIRECTORY_H
#define BINDTO_DIRECTORY_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Opens a directory that exists, such as /tmp: nobody else can replace our files in it, nor the
 * directory itself, nor one above it. path is absolute and without links (realpath(3)). If by_all is
 * true, everybody can enter it.
 */
const char *directory_open_parent(const char *path, bool by_all, int *ret_fd);

/* Opens name in parent. Only we can write to it, or only root if by_root is true. */
const char *directory_open(int parent, const char *name, bool by_root, int *ret_fd);

/* Makes the directory if it is missing, and opens it like directory_open() with by_root false. */
const char *directory_make(int parent, const char *name, int *ret_fd);

/* Does it belong to us (or to root if by_root), and can nobody else write to it? */
bool directory_is_ours(const struct stat *status, bool by_root);

#endif
