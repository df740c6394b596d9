/* SPDX-License-Identifier: MIT */
/*
 * Finds the file of a profile and reads it. A profile says where packets go, so nobody else may be
 * able to write it, replace it, or put another in its place: the rule is that of the library's
 * directories (preload/directory.c), and of ssh's StrictModes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/nearest.h"
#include "base/words.h"
#include "preload/directory.h"
#include "profile.h"

#define CANNOT_READ "cannot read '%s': "

enum { SIZE_MAX_KIB = 64, READ_MAX = SIZE_MAX_KIB * 1024 };

enum { PLACES = 2 };

/* Returns the user's own directory of profiles, allocated, or NULL if nothing says where it is. */
static char *own_directory(void)
{
	const char *config = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");

	/* The specification of base directories ignores relative paths. */
	if (config && config[0] == '/')
		return alloc_text("%s/bindto", config);
	return home && home[0] == '/' ? alloc_text("%s/.config/bindto", home) : NULL;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Adds the names in directory, sorted, to the count words in *names. directory may be NULL. */
static void add_names(const char *directory, char ***names, size_t *count)
{
	struct dirent **entries = NULL;
	int found = directory ? scandir(directory, &entries, is_visible, alphasort) : 0;

	for (int i = 0; i < found; i++) {
		words_add(names, count, alloc_copy(entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
}

/* Hints at the name that is most similar to the missing one, or else at what there is. */
static void hint_names(const char *missing, char *const names[], size_t count)
{
	struct nearest nearest = nearest_to(missing);
	AUTO_FREE char *list = NULL;

	for (size_t i = 0; i < count; i++) {
		nearest_try(&nearest, names[i]);
		alloc_append(&list, "%s%s", i ? ", " : "", names[i]);
	}
	if (nearest.best)
		diag_hint("did you mean '%s'?", nearest.best);
	else if (list)
		diag_hint("there are %s", list);
	else
		diag_hint("write its options there, one on each line");
}

__attribute__((noreturn)) static void die_missing(const char *name, char *const places[PLACES])
{
	char **names = NULL;
	size_t count = 0;

	if (places[0])
		diag_error("cannot find profile '%s': it is neither in '%s' nor in '%s'", name,
			   places[0], places[1]);
	else
		diag_error("cannot find profile '%s': it is not in '%s'", name, places[1]);
	for (size_t i = 0; i < PLACES; i++)
		add_names(places[i], &names, &count);
	hint_names(name, names, count);
	words_add(&names, &count, NULL);
	words_free(names);
	exit(STATUS_FAILED);
}

/* Hints at the file with the most similar name in the same directory. */
__attribute__((noreturn)) static void die_no_file(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	AUTO_FREE char *directory = alloc_text("%.*s", (int)(name - path), path);
	struct nearest nearest = nearest_to(name);
	char **names = NULL;
	size_t count = 0;

	diag_error(CANNOT_READ "%s", path, strerror(ENOENT));
	add_names(directory, &names, &count);
	for (size_t i = 0; i < count; i++)
		nearest_try(&nearest, names[i]);
	if (nearest.best)
		diag_hint("did you mean '%s%s'?", directory, nearest.best);
	words_add(&names, &count, NULL);
	words_free(names);
	exit(STATUS_FAILED);
}

/* Returns the path of the profile, allocated. Something is there, if not always a profile. */
static char *find(const char *name)
{
	AUTO_FREE char *own = own_directory();
	char *const places[PLACES] = {own, BINDTO_SYSCONFDIR "/bindto"};
	struct stat status;

	if (strchr(name, '/')) {
		if (stat(name, &status) < 0 && errno == ENOENT)
			die_no_file(name);
		return alloc_copy(name);
	}
	for (size_t i = 0; i < PLACES && *name; i++) {
		AUTO_FREE char *path = places[i] ? alloc_text("%s/%s", places[i], name) : NULL;

		/* Any other failure means that it is there and cannot be read. */
		if (path && (stat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)))
			return steal_memory(&path);
	}
	die_missing(name, places);
}

static void check_file(const char *path, const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		die(CANNOT_READ "it is no regular file", path);
	if (status->st_size > READ_MAX)
		die(CANNOT_READ "it is larger than %d KiB", path, SIZE_MAX_KIB);
	if (status->st_mode & (S_IWGRP | S_IWOTH)) {
		diag_error(CANNOT_READ "others can write to it", path);
		diag_hint("chmod go-w '%s'", path);
		exit(STATUS_FAILED);
	}
	if (!directory_is_ours(status, true))
		die(CANNOT_READ "it belongs to another user", path);
}

/* Opens the file by a way on which nobody else can replace it. */
static int open_safely(const char *path)
{
	AUTO_FREE char *real = realpath(path, NULL);
	AUTO_CLOSE int parent = -1;

	if (!real)
		die(CANNOT_READ "%s", path, strerror(errno));
	const char *name = strrchr(real, '/') + 1;
	AUTO_FREE char *directory = alloc_text("%.*s", (int)(name - real - 1), real);
	const char *reason = directory_open_parent(*directory ? directory : "/", false, &parent);
	if (reason)
		die(CANNOT_READ "%s", path, reason);
	return openat(parent, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
}

/* Fills text, and returns how many bytes there were. */
static size_t fill(int fd, const char *path, char text[READ_MAX])
{
	size_t size = 0;
	ssize_t more;

	while (size < READ_MAX && (more = read(fd, text + size, READ_MAX - size)) != 0) {
		if (more < 0)
			die(CANNOT_READ "%s", path, strerror(errno));
		size += (size_t)more;
	}
	return size;
}

void profile_read(const char *name, struct profile *ret_profile)
{
	struct profile profile = {.path = find(name)};
	const char *path = profile.path;
	AUTO_FREE char *text = alloc_array(READ_MAX, 1);
	struct stat status;

	/* A pipe of the shell's <(...) has a name that realpath(3) does not find. */
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		check_file(path, &status);
	AUTO_CLOSE int fd = open_safely(path);
	if (fd < 0 || fstat(fd, &status) < 0)
		die(CANNOT_READ "%s", path, strerror(errno));
	check_file(path, &status);
	profile_parse(text, fill(fd, path, text), &profile);
	*ret_profile = profile;
}
