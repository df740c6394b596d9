/* SPDX-License-Identifier: MIT */
/*
 * Finds the program as execvp(3) does, and judges whether the library gets into it. The judgement
 * follows `#!` as the kernel does, and goes one step further for `#!/usr/bin/env PROGRAM`. If it
 * cannot tell, the program counts as not covered.
 */
#include "target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "pin/shebang.h"
#include "socket/elf_file.h"
#include "target/privilege.h"
#include "target/script.h"

#define SHELL "/bin/sh"

static int check_runnable(const char *path)
{
	struct stat file;

	if (stat(path, &file) < 0)
		return -errno;
	if (S_ISDIR(file.st_mode))
		return -EISDIR;
	if (!S_ISREG(file.st_mode))
		return -EACCES;
	/* This is EACCES on a noexec mount, too. */
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

static char *search_path(void)
{
	const char *path = getenv("PATH");

	if (path)
		return alloc_copy(path);
	size_t size = confstr(_CS_PATH, NULL, 0);
	char *standard = alloc_array(1, size);
	(void)confstr(_CS_PATH, standard, size);
	return standard;
}

/* An empty directory in PATH is the current one. */
static char *join(const char *directory, size_t length, const char *name)
{
	return alloc_text("%.*s%s%s", (int)length, directory, length ? "/" : "", name);
}

/* Does execvp(3) try the next directory after this failure? As in glibc's posix/execvpe.c. */
static bool is_passed_over(int result)
{
	return result == -ENOENT || result == -ENOTDIR || result == -EACCES || result == -EISDIR ||
	       result == -ESTALE || result == -ENODEV || result == -ETIMEDOUT;
}

static int search(const char *name, char **ret_path)
{
	AUTO_FREE char *path = search_path();
	int failure = -ENOENT;

	for (const char *directory = path;; directory++) {
		size_t length = strcspn(directory, ":");
		AUTO_FREE char *candidate = join(directory, length, name);
		int result = check_runnable(candidate);

		if (result == 0) {
			*ret_path = steal_memory(&candidate);
			return 0;
		}
		if (!is_passed_over(result))
			return result;
		if (result == -EACCES || result == -EISDIR)
			failure = -EACCES;
		directory += length;
		if (!*directory)
			return failure;
	}
}

static int find(const char *name, char **ret_path)
{
	if (!*name)
		return -ENOENT;
	if (!strchr(name, '/'))
		return search(name, ret_path);
	int result = check_runnable(name);
	if (result == 0)
		*ret_path = alloc_copy(name);
	return result;
}

int target_find(const char *name, struct target *ret_target)
{
	struct target target = {0};
	int result = find(name, &target.path);

	if (result == 0)
		*ret_target = target;
	return result;
}

static enum coverage coverage_of_privilege(const char *path, const struct stat *file)
{
	int privilege = privilege_of(path, file);

	if (privilege < 0)
		return COVERAGE_UNREADABLE;
	switch ((enum privilege)privilege) {
	case PRIVILEGE_SAME:
		return COVERAGE_FULL;
	case PRIVILEGE_USER:
		return COVERAGE_SET_USER;
	case PRIVILEGE_GROUP:
		return COVERAGE_SET_GROUP;
	case PRIVILEGE_CAPS:
		return COVERAGE_FILE_CAPS;
	}
	return COVERAGE_UNREADABLE;
}

static enum coverage coverage_of_elf(enum elf_kind kind, bool covers_32)
{
	switch (kind) {
	case ELF_GLIBC:
		return COVERAGE_FULL;
	case ELF_GLIBC_SMALL:
		return covers_32 ? COVERAGE_FULL : COVERAGE_OTHER_ABI;
	case ELF_FOREIGN:
		return COVERAGE_OTHER_ABI;
	case ELF_STATIC:
		return COVERAGE_STATIC;
	case ELF_OTHER_LIBC:
		return COVERAGE_OTHER_LIBC;
	case ELF_GO:
		return COVERAGE_GO;
	case ELF_DAMAGED:
		return COVERAGE_DAMAGED;
	case ELF_NOT:
		return COVERAGE_UNKNOWN_FORMAT;
	}
	return COVERAGE_UNKNOWN_FORMAT;
}

static bool is_env(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, "env") == 0;
}

static void judge(const char *path, unsigned int depth, bool covers_32, struct target *target);

static void judge_env(const char *argument, unsigned int depth, bool covers_32,
		      struct target *target)
{
	AUTO_FREE char *name = script_env_program(argument);
	AUTO_FREE char *path = NULL;

	/* If env does not find the program, env says so. */
	if (name && find(name, &path) == 0)
		judge(path, depth, covers_32, target);
}

static void judge_interpreter(const char *head, const struct shebang *words, unsigned int depth,
			      bool covers_32, struct target *target)
{
	AUTO_FREE char *interpreter =
		alloc_text("%.*s", (int)words->interpreter_length, head + words->interpreter);
	AUTO_FREE char *argument =
		alloc_text("%.*s", (int)words->argument_length, head + words->argument);

	judge(interpreter, depth + 1, covers_32, target);
	if (target->coverage == COVERAGE_FULL && *argument && is_env(interpreter))
		judge_env(argument, depth + 1, covers_32, target);
}

static void judge_script(int fd, unsigned int depth, bool covers_32, struct target *target)
{
	char head[SHEBANG_HEAD_SIZE];
	struct shebang words;
	ssize_t length = pread(fd, head, sizeof(head), 0);

	if (length < 0) {
		target->coverage = COVERAGE_UNREADABLE;
		return;
	}
	switch (shebang_read(head, (size_t)length, &words)) {
	case SHEBANG_BINARY:
		target->coverage = COVERAGE_UNKNOWN_FORMAT;
		return;
	case SHEBANG_NONE:
	case SHEBANG_BROKEN:
		target->by_shell = depth == 0;
		judge(SHELL, depth + 1, covers_32, target);
		return;
	case SHEBANG_NAMED:
		judge_interpreter(head, &words, depth, covers_32, target);
		return;
	}
}

/* bindto pins what it starts by itself, even if it is linked statically. */
static bool is_bindto(const struct stat *file)
{
	struct stat own;

	return stat("/proc/self/exe", &own) == 0 && own.st_dev == file->st_dev &&
	       own.st_ino == file->st_ino;
}

static void judge(const char *path, unsigned int depth, bool covers_32, struct target *target)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat file;

	free(target->judged_by);
	target->judged_by = alloc_copy(path);
	target->coverage = COVERAGE_FULL;
	if (stat(path, &file) < 0)
		return;
	if (depth > SHEBANG_DEPTH_MAX) {
		target->coverage = COVERAGE_TOO_DEEP;
		return;
	}
	enum elf_kind kind = fd < 0 ? ELF_DAMAGED : elf_judge(fd);
	if (kind == ELF_NOT) { /* the kernel ignores set-user-ID on a script */
		judge_script(fd, depth, covers_32, target);
		return;
	}
	/*
	 * Files that bring rights are often not readable: then the rights are the reason to name.
	 */
	target->coverage = coverage_of_privilege(path, &file);
	if (target->coverage == COVERAGE_FULL && !is_bindto(&file))
		target->coverage = fd < 0 ? COVERAGE_UNREADABLE : coverage_of_elf(kind, covers_32);
}

void target_judge(struct target *target, bool covers_32)
{
	target->by_shell = false;
	judge(target->path, 0, covers_32, target);
}

bool target_lacks_interpreter(const struct target *target)
{
	return access(target->path, F_OK) == 0 && access(target->judged_by, F_OK) < 0;
}

const char *coverage_reason(enum coverage coverage)
{
	switch (coverage) {
	case COVERAGE_FULL:
		return "it can be reached";
	case COVERAGE_STATIC:
		return "it is statically linked, and a preload library cannot reach it";
	case COVERAGE_GO:
		return "it is a Go program, whose system calls a preload library does not see";
	case COVERAGE_OTHER_LIBC:
		return "its C library is not glibc, for which the preload library is made";
	case COVERAGE_OTHER_ABI:
		return "it is for another machine or ABI than the preload library";
	case COVERAGE_SET_USER:
		return "it is set-user-ID, and such programs ignore preload libraries";
	case COVERAGE_SET_GROUP:
		return "it is set-group-ID, and such programs ignore preload libraries";
	case COVERAGE_FILE_CAPS:
		return "it has file capabilities, and such programs ignore preload libraries";
	case COVERAGE_UNREADABLE:
		return "it cannot be read, to see whether a preload library can reach it";
	case COVERAGE_DAMAGED:
		return "its ELF headers are damaged";
	case COVERAGE_UNKNOWN_FORMAT:
		return "it is neither an ELF file nor a script";
	case COVERAGE_TOO_DEEP:
		return "too many interpreters follow each other";
	}
	return "it is of an unknown kind";
}

const char *coverage_kind(enum coverage coverage)
{
	switch (coverage) {
	case COVERAGE_FULL:
		return "dynamic";
	case COVERAGE_STATIC:
		return "static";
	case COVERAGE_GO:
		return "go";
	case COVERAGE_OTHER_LIBC:
		return "other-libc";
	case COVERAGE_OTHER_ABI:
		return "other-abi";
	case COVERAGE_SET_USER:
		return "set-user-id";
	case COVERAGE_SET_GROUP:
		return "set-group-id";
	case COVERAGE_FILE_CAPS:
		return "file-capabilities";
	case COVERAGE_UNREADABLE:
		return "unreadable";
	case COVERAGE_DAMAGED:
		return "damaged";
	case COVERAGE_UNKNOWN_FORMAT:
		return "unknown-format";
	case COVERAGE_TOO_DEEP:
		return "too-deep";
	}
	return "unknown";
}

void target_free(struct target *target)
{
	free(target->path);
	free(target->judged_by);
	*target = (struct target){0};
}
