/* SPDX-License-Identifier: MIT */
/* Prints an explanation as JSON. Scripts rely on its names, which bindto(1) documents. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "report/explain.h"

static json_t *json_program(const struct target *target)
{
	json_t *object = json_object();

	json_put(object, "path", json_text(target->path));
	json_put(object, "judged_by", json_text(target->judged_by));
	json_put(object, "kind", json_text(coverage_kind(target->coverage)));
	return object;
}

static json_t *json_engine(const struct explanation *explanation)
{
	enum coverage coverage = explanation->target->coverage;
	json_t *object = json_object();
	const char *reason = "the library gets into it";

	if (explanation->engine == ENGINE_SUPERVISE)
		reason = "the options ask for it";
	else if (coverage != COVERAGE_FULL)
		reason = coverage_reason(coverage);
	else if (!explanation->library)
		reason = "the library cannot be installed";
	json_put(object, "name", json_text(engine_names[explanation->engine]));
	json_put(object, "reason", json_text(reason));
	json_put(object, "library", json_text(explanation->library));
	return object;
}

/* Returns null if there is no route. */
static json_t *json_route(const struct explanation *explanation, const struct route *route,
			  int error)
{
	if (error)
		return json_null();
	json_t *object = json_object();
	json_put(object, "interface", json_text(explain_name(explanation, route->ifindex)));
	json_put(object, "gateway", json_ip(route->has_gateway ? &route->gateway : NULL));
	json_put(object, "address", json_ip(route->has_source ? &route->source : NULL));
	return object;
}

static const char *mode_text(enum pin_mode mode)
{
	switch (mode) {
	case PIN_REFUSED:
		return "refused";
	case PIN_ANY:
		return "any";
	case PIN_ADDRESS:
		return "address";
	}
	return "refused";
}

static json_t *json_way(const struct explanation *explanation, bool is_v4)
{
	const struct way *way = explain_taken(explanation, is_v4);
	const struct unpinned_way *unpinned = &explanation->unpinned[is_v4];
	const struct pin_source *source = way->source;
	bool has_ip = source->mode == PIN_ADDRESS && way->end != WAY_NO_ADDRESS;
	struct route route = way->route; /* says what the kernel would take, and the pin decides */
	json_t *object = json_object();

	if (has_ip) {
		route.has_source = !way->member || way->member->length == 128;
		route.source = source->ip;
	}

	json_put(object, "family", json_family(is_v4));
	json_put(object, "pin", json_text(mode_text(source->mode)));
	json_put(object, "address", json_ip(has_ip ? &source->ip : NULL));
	json_put(object, "route",
		 json_route(explanation, &route, explain_leaves(way) ? 0 : -ENETUNREACH));
	json_put(object, "unpinned_route",
		 json_route(explanation, &unpinned->route, unpinned->error));
	return object;
}

static json_t *json_pool(const struct pin *pin)
{
	if (pin->member_count == 0)
		return json_null();
	json_t *object = json_object(), *members = json_array();

	for (size_t i = 0; i < pin->member_count; i++) {
		AUTO_FREE char *member = explain_member(&pin->members[i]);

		json_add(members, json_text(member));
	}
	json_put(object, "pick", json_text(pool_pick_name(pin->pick)));
	json_put(object, "members", members);
	return object;
}

static json_t *json_ports(const struct pin *pin)
{
	if (!pin->port_low)
		return json_null();
	json_t *object = json_object();
	json_put(object, "low", json_integer(pin->port_low));
	json_put(object, "high", json_integer(pin->port_high));
	json_put(object, "by_kernel", json_boolean(pin->ports_by_kernel));
	return object;
}

static const char *reach_text(enum server_reach reach)
{
	switch (reach) {
	case SERVER_UNPINNED:
		return "unpinned";
	case SERVER_HERE:
		return "this-host";
	case SERVER_EXCLUDED:
		return "excluded";
	case SERVER_PINNED:
		return "pinned";
	case SERVER_ELSEWHERE:
		return "elsewhere";
	case SERVER_UNREACHABLE:
		return "unreachable";
	}
	return "unreachable";
}

static json_t *json_servers(const struct explanation *explanation)
{
	json_t *list = json_array();

	for (size_t i = 0; i < explanation->server_count; i++) {
		json_t *object = json_object();

		json_put(object, "address", json_ip(&explanation->servers[i].ip));
		json_put(object, "reach", json_text(reach_text(explanation->servers[i].reach)));
		json_add(list, object);
	}
	return list;
}

static json_t *json_texts(const char **texts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_add(list, json_text(texts[i]));
	return list;
}

static json_t *json_settings(const struct options *options)
{
	json_t *object = json_object();

	for (size_t i = 0; i < options->given_count; i++)
		if (options->given[i].row->about == ABOUT_SOCKET)
			json_put(object, options->given[i].row->name,
				 json_text(options->given[i].value));
	return object;
}

/* Returns null if there is no mark, or the rules cannot be read. */
static json_t *json_mark_rule(const struct explanation *explanation)
{
	int r = explain_mark_rule(explanation);

	return r < 0 ? json_null() : json_boolean(r);
}

/* Returns null if there is no profile. */
static json_t *json_profile(const struct options *options)
{
	if (!options->profile.path)
		return json_null();
	json_t *object = json_object(), *list = json_array();
	for (size_t i = 0; i < options->given_count; i++) {
		const struct given *given = &options->given[i];
		json_t *option = given->line ? json_object() : NULL;

		if (!option)
			continue;
		json_put(option, "name", json_text(given->row->name));
		json_put(option, "value", json_text(given->value));
		json_put(option, "line", json_integer((json_int_t)given->line));
		json_add(list, option);
	}
	json_put(object, "path", json_text(options->profile.path));
	json_put(object, "options", list);
	return object;
}

static json_t *json_findings(const struct explanation *explanation)
{
	json_t *list = json_array();

	for (size_t i = 0; i < explanation->finding_count; i++) {
		const struct finding *finding = &explanation->findings[i];
		bool is_problem = finding->severity == SEVERITY_PROBLEM;
		json_t *object = json_object();

		json_put(object, "severity", json_text(is_problem ? "problem" : "warning"));
		json_put(object, "trap", json_text(finding->trap));
		json_put(object, "message", json_text(finding->message));
		json_put(object, "command", json_text(finding->command));
		json_add(list, object);
	}
	return list;
}

void explain_print_json(const struct explanation *explanation)
{
	const struct pin *pin = explanation->pin;
	const struct options *options = explanation->options;
	json_t *object = json_object(), *families = json_array();

	json_add(families, json_way(explanation, true));
	json_add(families, json_way(explanation, false));
	json_put(object, "works", json_boolean(explain_works(explanation)));
	json_put(object, "profile", json_profile(explanation->options));
	json_put(object, "program", json_program(explanation->target));
	json_put(object, "engine", json_engine(explanation));
	json_put(object, "interface", json_text(pin->ifindex ? pin->ifname : NULL));
	json_put(object, "pool", json_pool(pin));
	json_put(object, "families", families);
	json_put(object, "view", json_text(pin->views ? "pin" : "host"));
	json_put(object, "ports", json_ports(pin));
	json_put(object, "sockets", json_settings(explanation->options));
	json_put(object, "mark_has_rule", json_mark_rule(explanation));
	json_put(object, "name_servers", json_servers(explanation));
	json_put(object, "excluded", json_texts(options->excluded, options->excluded_count));
	json_put(object, "only", json_texts(options->only, options->only_count));
	json_put(object, "listeners", json_text(options->keeps_listeners ? "keep" : "pin"));
	json_put(object, "findings", json_findings(explanation));
	json_print(object);
}
