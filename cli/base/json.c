/* SPDX-License-Identifier: MIT */
/*
 * Builds and prints JSON with jansson. jansson refuses text that is not UTF-8, but the names of
 * interfaces and files may hold any bytes.
 */
#include "base/json.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"

static void check(int result)
{
	if (result < 0)
		die("cannot write JSON: out of memory");
}

json_t *json_text(const char *text)
{
	if (!text)
		return json_null();
	json_t *value = json_string(text);
	if (value)
		return value;
	AUTO_FREE char *ascii = alloc_copy(text);
	for (char *c = ascii; *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	return json_string(ascii);
}

json_t *json_ip(const struct ip *ip)
{
	char text[IP_TEXT_SIZE];

	return ip ? json_string(ip_format(ip, text)) : json_null();
}

json_t *json_family(bool is_v4)
{
	return json_string(is_v4 ? "IPv4" : "IPv6");
}

void json_put(json_t *object, const char *key, json_t *value)
{
	check(json_object_set_new(object, key, value));
}

void json_add(json_t *array, json_t *value)
{
	check(json_array_append_new(array, value));
}

void json_print(json_t *value)
{
	/* If standard output failed, diag_flush() says so. */
	if (json_dumpf(value, stdout, JSON_INDENT(2)) < 0 && !ferror(stdout))
		check(-1);
	(void)putchar('\n');
	json_decref(value);
}
