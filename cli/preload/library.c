/* SPDX-License-Identifier: MIT */
/*
 * Puts the embedded libraries into a directory. Its name is a hash of its content, so that launches
 * share it and versions do not mix.
 *
 * If there is a 32-bit library as well, LD_PRELOAD holds `$PLATFORM`, and each loader expands it to
 * its own word (ld.so(8)): x86_64 on x86-64, or with glibc 2.26 to 2.40 haswell or xeon_phi; i386
 * to i686 in 32-bit programs. So no loader meets a file of the wrong class, which it would complain
 * about.
 */
#include "preload/library.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/self.h"
#include "payload_hash.h"
#include "preload/directory.h"
#include "preload/install.h"
#include "preload/payload.h"

#define DIRECTORY_64 "x86_64"
#define DIRECTORY_32 "i686"

static const struct {
	const char *name, *target;
} links[] = {
	{"haswell", DIRECTORY_64}, {"xeon_phi", DIRECTORY_64}, {"i386", DIRECTORY_32},
	{"i486", DIRECTORY_32},    {"i586", DIRECTORY_32},
};

/* The search for a directory: what was found, and why the others will not do. */
struct search {
	char *found; /* the directory; NULL until one will do */
	char *reasons;
};

static struct bytes payload(void)
{
	size_t size = (size_t)(payload_library_end - payload_library);

	return (struct bytes){payload_library, size};
}

static struct bytes payload_32(void)
{
	size_t size = (size_t)(payload_library_32_end - payload_library_32);

	return (struct bytes){payload_library_32, size};
}

bool library_covers_32(void)
{
	return payload_32().size > 0;
}

/* Returns NULL if the library is there or could be put there, else why not. */
static const char *have_file(int directory, const struct bytes *content, bool by_root)
{
	if (install_has_file(directory, LIBRARY_NAME, content, by_root))
		return NULL;
	if (by_root)
		return "it holds another version of the library";
	int result = install_file(directory, LIBRARY_NAME, content);
	return result < 0 ? strerror(-result) : NULL;
}

static const char *have_subdirectory(int directory, const char *name, const struct bytes *content,
				     bool by_root)
{
	AUTO_CLOSE int fd = -1;
	const char *reason = by_root ? directory_open(directory, name, true, &fd)
				     : directory_make(directory, name, &fd);

	return reason ? reason : have_file(fd, content, by_root);
}

static const char *have_links(int directory, bool by_root)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (install_has_link(directory, links[i].name, links[i].target))
			continue;
		if (by_root)
			return "it holds another version of the library";
		int result = install_link(directory, links[i].name, links[i].target);
		if (result < 0)
			return strerror(-result);
	}
	return NULL;
}

/* by_root is true for an installed copy, which is used but never written to. */
static const char *have_all(int directory, bool by_root)
{
	struct bytes content = payload(), content_32 = payload_32();
	const char *reason;

	if (!library_covers_32())
		return have_file(directory, &content, by_root);
	reason = have_subdirectory(directory, DIRECTORY_64, &content, by_root);
	if (!reason)
		reason = have_subdirectory(directory, DIRECTORY_32, &content_32, by_root);
	if (!reason)
		reason = have_links(directory, by_root);
	return reason;
}

/*
 * Sets *ret_path to path without links, because only such a path is safe from others. Returns NULL,
 * or why the loader cannot use it. name is the directory of bindto below path.
 */
static const char *resolve_path(const char *path, const char *name, char **ret_path)
{
	static const char rest[] = "/" PAYLOAD_HASH "/$PLATFORM/" LIBRARY_NAME;

	if (path[0] != '/')
		return "it is no absolute path";
	*ret_path = realpath(path, NULL);
	if (!*ret_path)
		return strerror(errno);
	/* The loader splits LD_PRELOAD at blanks and colons, and expands what follows a '$'. */
	if (strpbrk(*ret_path, " :;$\t\n"))
		return "LD_PRELOAD cannot hold such a path";
	/*
	 * The loader skips an entry of PATH_MAX bytes or more without a message
	 * (handle_preload_list() in glibc's elf/rtld.c). The program would run unpinned.
	 */
	if (strlen(*ret_path) + 1 + strlen(name) + sizeof(rest) > PATH_MAX)
		return strerror(ENAMETOOLONG);
	return NULL;
}

static const char *try_private(const char *parent, const char *name, char **ret_parent)
{
	AUTO_CLOSE int above = -1;
	AUTO_CLOSE int own = -1;
	AUTO_CLOSE int versioned = -1;
	const char *reason = resolve_path(parent, name, ret_parent);

	if (!reason)
		reason = directory_open_parent(*ret_parent, true, &above);
	if (!reason)
		reason = directory_make(above, name, &own);
	if (!reason)
		reason = directory_make(own, PAYLOAD_HASH, &versioned);
	if (!reason)
		reason = have_all(versioned, false);
	return reason;
}

static void search_private(struct search *search, const char *parent, const char *name)
{
	AUTO_FREE char *resolved = NULL;

	if (search->found || !parent)
		return;
	const char *reason = try_private(parent, name, &resolved);
	if (reason)
		alloc_append(&search->reasons, "%s%s/%s: %s", search->reasons ? "; " : "", parent,
			     name, reason);
	else
		search->found = alloc_text("%s/%s/" PAYLOAD_HASH, resolved, name);
}

static void search_cache(struct search *search)
{
	const char *home = secure_getenv("HOME");

	if (search->found || !home)
		return;
	AUTO_FREE char *parent = alloc_text("%s/.cache", home);
	/* Other programs use it too, so a umask that shuts out even the user must not apply. */
	mode_t mask = umask(S_IRWXG | S_IRWXO);
	(void)mkdir(parent, 0700); /* if it fails, opening the directory tells why */
	(void)umask(mask);
	search_private(search, parent, "bindto");
}

/*
 * For root only directories that everybody can reach come first, and TMPDIR comes last: a program
 * that gives up root must still be able to load the library.
 */
static void search_all(struct search *search)
{
	AUTO_FREE char *name = alloc_text("bindto-%lu", (unsigned long)geteuid());
	bool is_root = geteuid() == 0;

	if (is_root) {
		search_private(search, "/run", "bindto");
	} else {
		search_private(search, secure_getenv("XDG_RUNTIME_DIR"), "bindto");
		search_private(search, secure_getenv("TMPDIR"), name);
	}
	search_private(search, "/tmp", name);
	search_private(search, "/var/tmp", name);
	if (is_root)
		search_private(search, secure_getenv("TMPDIR"), name);
	else
		search_cache(search);
}

static char *cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
	return path;
}

/* Returns the directory of an installed copy, ../lib/bindto beside bin; NULL if none matches. */
static char *find_installed(void)
{
	AUTO_FREE char *prefix = self_path();
	AUTO_CLOSE int above = -1;
	AUTO_CLOSE int installed = -1;

	if (!prefix)
		return NULL;
	AUTO_FREE char *beside = alloc_text("%s/lib", cut_last(cut_last(prefix)));
	AUTO_FREE char *parent = NULL;
	if (resolve_path(beside, "bindto", &parent) ||
	    directory_open_parent(parent, true, &above) ||
	    directory_open(above, "bindto", true, &installed) || have_all(installed, true))
		return NULL;
	return alloc_text("%s/bindto", parent);
}

/*
 * Maps the library as the loader will. If the loader cannot map it, it goes on without it and the
 * program would run unpinned. What hinders the loader mostly hinders bindto as well: a full table
 * of descriptors, Landlock, a limit of memory.
 */
static const char *try_to_map(const char *directory)
{
	AUTO_FREE char *path = alloc_text("%s/%s" LIBRARY_NAME, directory,
					  library_covers_32() ? DIRECTORY_64 "/" : "");
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = payload().size;
	void *mapped =
		fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (mapped == MAP_FAILED)
		return strerror(errno);
	(void)munmap(mapped, size); /* cannot fail: it was just mapped */
	return NULL;
}

char *library_install(char **ret_reasons)
{
	struct search search = {.found = find_installed()};

	search_all(&search);
	AUTO_FREE char *found = search.found;
	*ret_reasons = search.reasons;
	if (!found)
		return NULL;
	const char *reason = try_to_map(found);
	if (reason) {
		alloc_append(ret_reasons, "%s%s: %s", *ret_reasons ? "; " : "", found, reason);
		return NULL;
	}
	return alloc_text("%s/%s" LIBRARY_NAME, found, library_covers_32() ? "$PLATFORM/" : "");
}
