/* SPDX-License-Identifier: MIT */
/*
 * Judges a program as cli/target/target.c does, but without allocating, and so less closely. If it
 * is not sure, bindto judges.
 */
#include "cover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "pin/codec.h"
#include "pin/shebang.h"
#include "socket/elf_file.h"
#include "socket/sys_raw.h"

#define STANDARD_PATH "/bin:/usr/bin" /* confstr(_CS_PATH) of glibc */

/* name ends in '='. */
static const char *find_variable(char *const envp[], const char *name)
{
	size_t length = strlen(name);
	for (; envp && *envp; envp++)
		if (strncmp(*envp, name, length) == 0)
			return *envp + length;
	return NULL;
}

/*
 * Does envp pass the library and the pin on, and has no cleaner of /tmp taken the library's file?
 */
static bool hands_on(const struct origin *origin, char *const envp[])
{
	const char *list = find_variable(envp, "LD_PRELOAD=");
	const char *name = origin->library ? strrchr(origin->library, '/') : NULL;
	if (!list || !name || !strstr(list, name + 1))
		return false;
	if (access(origin->library, R_OK) < 0)
		return false;
	return find_variable(envp, PIN_VARIABLE "=") ||
	       (!origin->text &&
		(find_variable(envp, "BIND_ADDR=") || find_variable(envp, "BIND_ADDR6=") ||
		 find_variable(envp, "BIND_SRC=")));
}

/*
 * Calls statx(2), which is as old as Linux 4.11, by number: glibc 2.33 changed the name that
 * stat(2) has in libc. It uses sys_raw(), because torsocks replaces syscall(3) and refuses
 * statx(2).
 */
static int look(int fd, const char *path, struct statx *ret_file)
{
	int flags = fd == AT_FDCWD ? 0 : AT_EMPTY_PATH;
	return (int)sys_raw(SYS_statx, fd, (long)path, flags, STATX_BASIC_STATS, (long)ret_file, 0);
}

static enum cover judge(const char *path, unsigned int depth);

/*
 * Judges a file that is not ELF. If it is text without `#!`, exec fails with ENOEXEC, and shells
 * and libc run it by a shell. For a binary, binfmt_misc(5) may know a handler.
 */
static enum cover judge_script(int fd, unsigned int depth)
{
	char head[SHEBANG_HEAD_SIZE];
	struct shebang words;
	ssize_t length = pread(fd, head, sizeof(head), 0);
	if (length < 0)
		return COVER_UNSURE;
	switch (shebang_read(head, (size_t)length, &words)) {
	case SHEBANG_NONE:
		return COVER_SURE;
	case SHEBANG_BINARY:
	case SHEBANG_BROKEN:
		return COVER_UNSURE;
	case SHEBANG_NAMED:
		break;
	}
	head[words.interpreter + words.interpreter_length] = '\0';
	return judge(head + words.interpreter, depth + 1);
}

/* The loader ignores LD_PRELOAD if a program gains rights. */
static bool brings_rights(int fd, const struct statx *file)
{
	if ((file->stx_mode & (S_ISUID | S_ISGID)) != 0)
		return true;
	return fgetxattr(fd, "security.capability", NULL, 0) >= 0 ||
	       (errno != ENODATA && errno != ENOTSUP);
}

static enum cover judge_file(int fd, unsigned int depth)
{
	struct statx file;
	if (look(fd, "", &file) < 0)
		return COVER_UNSURE;
	if (!S_ISREG(file.stx_mode) || (file.stx_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		return COVER_NOTHING;
	enum elf_kind kind = elf_judge(fd);
	if (kind == ELF_NOT)
		return judge_script(fd, depth);
	return kind == ELF_GLIBC && !brings_rights(fd, &file) ? COVER_SURE : COVER_UNSURE;
}

static enum cover judge(const char *path, unsigned int depth)
{
	struct statx file;
	if (depth > SHEBANG_DEPTH_MAX)
		return COVER_UNSURE;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) /* a program may be executable without being readable */
		return look(AT_FDCWD, path, &file) < 0 ? COVER_NOTHING : COVER_UNSURE;
	enum cover result = judge_file(fd, depth);
	(void)close(fd); /* it was only read */
	return result;
}

bool cover_is_same(const char *one, const char *other)
{
	struct statx a, b;
	return look(AT_FDCWD, one, &a) == 0 && look(AT_FDCWD, other, &b) == 0 &&
	       a.stx_ino == b.stx_ino && a.stx_dev_major == b.stx_dev_major &&
	       a.stx_dev_minor == b.stx_dev_minor;
}

/* bindto pins what it starts by itself, even if it is linked statically. */
static bool is_launcher(const struct origin *origin, const char *path)
{
	return origin->launcher && cover_is_same(path, origin->launcher);
}

enum cover cover(const struct origin *origin, const char *path, char *const envp[])
{
	int saved = errno;
	enum cover result = judge(path, 0);
	if (result == COVER_SURE && !hands_on(origin, envp))
		result = COVER_UNSURE;
	if (result == COVER_UNSURE && is_launcher(origin, path))
		result = COVER_SURE;
	errno = saved;
	return result;
}

static bool is_runnable(const char *path)
{
	struct statx file;
	return look(AT_FDCWD, path, &file) == 0 && S_ISREG(file.stx_mode) &&
	       faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/* Writes "directory/file"; if directory is empty, it is the current one and file stands alone. */
static bool join(const char *directory, size_t length, const char *file, char *buffer, size_t size)
{
	size_t slash = length > 0 ? 1 : 0;
	size_t rest = strlen(file) + 1;
	if (length + slash + rest > size)
		return false;
	memcpy(buffer, directory, length);
	memcpy(buffer + length, "/", slash);
	memcpy(buffer + length + slash, file, rest);
	return true;
}

int cover_search(const char *file, char *buffer, size_t size)
{
	int saved = errno;
	const char *path = find_variable(environ, "PATH=");
	if (!path)
		path = STANDARD_PATH;
	for (;; path++) {
		size_t length = strcspn(path, ":");
		if (join(path, length, file, buffer, size) && is_runnable(buffer)) {
			errno = saved;
			return 0;
		}
		path += length;
		if (*path == '\0') {
			errno = saved;
			return -ENOENT;
		}
	}
}
