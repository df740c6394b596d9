/* SPDX-License-Identifier: MIT */
/* JSON for scripts, by jansson. Values that cannot be made end bindto: there is no memory. */
#ifndef BINDTO_JSON_H
#define BINDTO_JSON_H

#include <jansson.h>

#include "pin/sockaddr.h"

/* A string; bytes that are not UTF-8, as a file name may have them, become '?'. NULL: null. */
json_t *json_text(const char *text);

/* null if ip is NULL. */
json_t *json_ip(const struct ip *ip);

/* "IPv4" or "IPv6". */
json_t *json_family(bool is_v4);

/* Adds value, which may be NULL for lack of memory, and takes it over. */
void json_put(json_t *object, const char *key, json_t *value);
void json_add(json_t *array, json_t *value);

/* Prints value to standard output, in lines, and frees it. */
void json_print(json_t *value);

#endif
