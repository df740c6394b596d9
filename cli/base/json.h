/* SPDX-License-Identifier: MIT */
/* JSON for scripts. A value can only be NULL for lack of memory; bindto ends then. */
#ifndef BINDTO_JSON_H
#define BINDTO_JSON_H

#include <jansson.h>

#include "pin/sockaddr.h"

/* A string; null if text is NULL. If text is not UTF-8, every byte beyond ASCII becomes '?'. */
json_t *json_text(const char *text);

/* The address as a string; null if ip is NULL. */
json_t *json_ip(const struct ip *ip);

/* The string "IPv4" or "IPv6". */
json_t *json_family(bool is_v4);

/* Both take value over. It may be NULL if there was no memory for it: then bindto ends. */
void json_put(json_t *object, const char *key, json_t *value);
void json_add(json_t *array, json_t *value);

/* Prints value on standard output, indented, and frees it. */
void json_print(json_t *value);

#endif
