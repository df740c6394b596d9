/* SPDX-License-Identifier: MIT */
/*
 * Sets the environment of the program. One variable holds all that the library must know (codec.h).
 */
#include "preload/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "base/self.h"
#include "pin/codec.h"
#include "preload/library.h"

/* Is it bindto's library, of any version or directory? It may be an outer bindto's. */
static bool is_ours(const char *entry, size_t length)
{
	const char *slash = memrchr(entry, '/', length);
	const char *name = slash ? slash + 1 : entry;
	size_t name_length = length - (size_t)(name - entry);

	return name_length == strlen(LIBRARY_NAME) && memcmp(name, LIBRARY_NAME, name_length) == 0;
}

/* Puts our library before the ones that were there. The loader splits at blanks and colons. */
static char *preload_list(const char *library, const char *before)
{
	char *list = alloc_copy(library);

	while (*before) {
		size_t length = strcspn(before, " :");

		if (length > 0 && !is_ours(before, length))
			alloc_append(&list, ":%.*s", (int)length, before);
		before += length;
		before += strspn(before, " :");
	}
	return list;
}

/* NULL if bindto's path is unknown. The library then refuses what it would need bindto for. */
static char *encode_launcher(void)
{
	AUTO_FREE char *path = self_path();

	return path ? alloc_path_word(path) : NULL;
}

static char *encode(const struct pin *pin)
{
	size_t size = pin_encode(pin, NULL, 0) + 1;
	char *text = alloc_array(1, size);

	(void)pin_encode(pin, text, size); /* the length is known */
	return text;
}

static void set_variable(const char *name, const char *value)
{
	if (setenv(name, value, 1) < 0)
		die("cannot set '%s': %s", name, strerror(errno));
}

/* Under a supervisor the library never puts bindto in front of a program, so needs no launcher. */
static void set_pin(const struct pin *pin)
{
	AUTO_FREE char *launcher = pin->gated ? NULL : encode_launcher();
	struct pin own = *pin;

	own.carried.launcher = (struct encoded_path){launcher, launcher ? strlen(launcher) : 0};
	AUTO_FREE char *text = encode(&own);
	set_variable(PIN_VARIABLE, text);
}

void environment_set_look(const struct pin *pin, enum pin_look look)
{
	struct pin changed = *pin;

	changed.carried.looks = look;
	set_pin(&changed);
}

/*
 * The shared runtime of the address sanitizer, which gcc links, ends a program if another library
 * comes before it, unless this flag tells it not to look.
 */
static void allow_sanitizer(void)
{
	static const char flag[] = "verify_asan_link_order";
	const char *before = getenv("ASAN_OPTIONS");

	if (before && strstr(before, flag))
		return;
	AUTO_FREE char *options =
		alloc_text("%s%s%s=0", before ? before : "", before && *before ? ":" : "", flag);
	set_variable("ASAN_OPTIONS", options);
}

void environment_set(const char *library, const struct pin *pin)
{
	const char *before = getenv("LD_PRELOAD");
	AUTO_FREE char *list = preload_list(library, before ? before : "");

	set_variable("LD_PRELOAD", list);
	allow_sanitizer();
	set_pin(pin);
}
