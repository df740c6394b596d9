/* SPDX-License-Identifier: MIT */
/*
 * exec of a program that the library may not get into. The library runs bindto instead, with the
 * pin among its arguments, and bindto takes it from there (take_over() in cli/main.c). If bindto
 * cannot be run, the call fails, because the program would run unpinned.
 *
 * A list of arguments is on the stack, or in a mapping if it is long: in the child of vfork(2)
 * malloc(3) could deadlock. After vfork(2) such a mapping stays behind in the parent.
 */
#include "call_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"
#include "cover.h"
#include "real.h"

/* The words before the program's own arguments. */
static const char NAME[] = "bindto", WORD[] = "--take-over";
enum { PREFIX_COUNT = 4 };

/* The path of a descriptor. For this format snprintf(3) neither allocates nor locks in glibc. */
#define LINK_FORMAT "/proc/self/fd/%d"
#define LINK_SIZE (sizeof(LINK_FORMAT) + 10)

int arguments_make(struct arguments *arguments, size_t count)
{
	arguments->all = arguments->few;
	arguments->size = 0;
	if (count < ARGUMENTS_FEW)
		return 0;
	size_t size = (count + 1) * sizeof(char *);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -ENOMEM;
	arguments->all = memory;
	arguments->size = size;
	return 0;
}

void arguments_free(struct arguments *arguments)
{
	int saved = errno;
	if (arguments->size > 0)
		(void)munmap(arguments->all, arguments->size); /* cannot fail: it was mapped so */
	errno = saved;
}

int arguments_take(struct arguments *arguments, const char *first, va_list *rest)
{
	size_t count = first ? 1 : 0;
	va_list counted;
	va_copy(counted, *rest);
	while (count > 0 && va_arg(counted, char *))
		count++;
	va_end(counted);
	int r = arguments_make(arguments, count);
	if (r < 0)
		return r;
	arguments->all[0] = (char *)first; /* drops const: exec(3) does not write to it */
	for (size_t i = 1; i <= count; i++)
		arguments->all[i] = va_arg(*rest, char *);
	return 0;
}

/* Makes the words "bindto --take-over PIN PATH ARGUMENT...". Returns 0 or -errno. */
static int prepare(const char *path, char *const argv[], struct arguments *ret_arguments)
{
	const struct origin *origin = config_origin();
	size_t count = 0;
	if (!origin->launcher)
		return -EACCES;
	while (argv && argv[count])
		count++;
	int r = arguments_make(ret_arguments, PREFIX_COUNT + count);
	if (r < 0)
		return r;
	char **all = ret_arguments->all;
	all[0] = (char *)NAME;
	all[1] = (char *)WORD;
	all[2] = (char *)origin->text;
	all[3] = (char *)path;
	if (count > 0)
		memcpy(all + PREFIX_COUNT, argv, count * sizeof(*all));
	all[PREFIX_COUNT + count] = NULL;
	return 0;
}

/* If bindto is missing, the errno must not say that the program is missing. */
static int launcher_error(int error)
{
	return error == E2BIG || error == ENOMEM || error == EAGAIN ? error : EACCES;
}

static int take_over(const char *path, char *const argv[], char *const envp[])
{
	struct arguments arguments;
	int r = prepare(path, argv, &arguments);
	if (r < 0)
		return call_failed(r);
	(void)real_execve()(config_origin()->launcher, arguments.all, envp);
	errno = launcher_error(errno);
	arguments_free(&arguments);
	return -1;
}

int call_execve(const char *path, char *const argv[], char *const envp[])
{
	if (cover(config_origin(), path, envp) == COVER_UNSURE)
		return take_over(path, argv, envp);
	return real_execve()(path, argv, envp);
}

/* Returns the path that execvp(3) would run, which may be in buffer; NULL if there is none. */
static const char *find(const char *file, char *buffer, size_t size)
{
	if (strchr(file, '/'))
		return file;
	return *file != '\0' && cover_search(file, buffer, size) == 0 ? buffer : NULL;
}

int call_execvpe(const char *file, char *const argv[], char *const envp[])
{
	char buffer[PATH_MAX];
	const char *path = find(file, buffer, sizeof(buffer));
	if (path && cover(config_origin(), path, envp) == COVER_UNSURE)
		return take_over(path, argv, envp);
	return real_execvpe()(file, argv, envp);
}

/*
 * Writes the name of the file that fd shows, with below appended. bindto needs the name, because
 * exec may close the descriptor. Returns 0 or -errno, -EACCES if the file has no name any more.
 */
static int name_of(int fd, const char *below, char *buffer, size_t size)
{
	char link[LINK_SIZE];
	(void)snprintf(link, sizeof(link), LINK_FORMAT, fd); /* LINK_SIZE is enough */
	ssize_t length = readlink(link, buffer, size - 1);
	if (length < 0)
		return -EACCES;
	buffer[length] = '\0';
	if (!cover_is_same(link, buffer))
		return -EACCES;
	int rest =
		snprintf(buffer + length, size - (size_t)length, "%s%s", *below ? "/" : "", below);
	return (size_t)rest < size - (size_t)length ? 0 : -ENAMETOOLONG;
}

static int take_over_below(int fd, const char *below, char *const argv[], char *const envp[])
{
	char path[PATH_MAX];
	int saved = errno;
	int r = name_of(fd, below, path, sizeof(path));
	errno = saved;
	return r < 0 ? call_failed(r) : take_over(path, argv, envp);
}

int call_fexecve(int fd, char *const argv[], char *const envp[])
{
	char link[LINK_SIZE];
	(void)snprintf(link, sizeof(link), LINK_FORMAT, fd); /* LINK_SIZE is enough */
	if (cover(config_origin(), link, envp) == COVER_UNSURE)
		return take_over_below(fd, "", argv, envp);
	return real_fexecve()(fd, argv, envp);
}

int call_execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
	char link[PATH_MAX];
	bool is_below = fd != AT_FDCWD && *path != '/';
	int length = is_below ? snprintf(link, sizeof(link), LINK_FORMAT "%s%s", fd,
					 *path ? "/" : "", path)
			      : snprintf(link, sizeof(link), "%s", path);
	if (length >= PATH_MAX)
		return call_failed(-ENAMETOOLONG);
	if (cover(config_origin(), link, envp) != COVER_UNSURE)
		return (int)syscall(SYS_execveat, fd, path, argv, envp, flags);
	return is_below ? take_over_below(fd, path, argv, envp) : take_over(path, argv, envp);
}

/*
 * If file actions change the directory, a relative path may name a file there that cannot be seen
 * from here. bindto looks for it in the child.
 */
static bool is_to_take_over(const char *path, bool has_actions, char *const envp[])
{
	switch (cover(config_origin(), path, envp)) {
	case COVER_NOTHING:
		return has_actions && *path != '/';
	case COVER_SURE:
		return false;
	case COVER_UNSURE:
		break;
	}
	return true;
}

static int spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct arguments arguments;
	int r = -prepare(path, argv, &arguments);
	if (r != 0)
		return r;
	r = real_posix_spawn()(pid, config_origin()->launcher, actions, attributes, arguments.all,
			       envp);
	arguments_free(&arguments);
	return r == 0 ? 0 : launcher_error(r);
}

int call_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	if (is_to_take_over(path, actions != NULL, envp))
		return spawn(pid, path, actions, attributes, argv, envp);
	return real_posix_spawn()(pid, path, actions, attributes, argv, envp);
}

int call_posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	char buffer[PATH_MAX];
	const char *path = find(file, buffer, sizeof(buffer));
	if (path != NULL && is_to_take_over(path, actions != NULL, envp))
		return spawn(pid, path, actions, attributes, argv, envp);
	return real_posix_spawnp()(pid, file, actions, attributes, argv, envp);
}

bool call_covers_shell(void)
{
	return cover(config_origin(), "/bin/sh", environ) != COVER_UNSURE;
}
