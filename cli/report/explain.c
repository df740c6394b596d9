/* SPDX-License-Identifier: MIT */
/*
 * --explain. Everything up to the program's start has been done as usual, so wrong options have got
 * their usual messages. This looks for the traps that remain: those of the network and the kernel,
 * which would show late and without a reason.
 */
#include "report/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diag.h"
#include "network/rule.h"
#include "preload/library.h"
#include "socket/outer.h"

static void explanation_free(struct explanation *explanation)
{
	network_free(&explanation->network);
	route_list_free(&explanation->routes);
	free(explanation->library);
	free(explanation->ways);
	for (size_t i = 0; i < explanation->server_count; i++)
		free(explanation->servers[i].lost);
	for (size_t i = 0; i < explanation->finding_count; i++) {
		free(explanation->findings[i].message);
		free(explanation->findings[i].command);
	}
	free(explanation->findings);
}

void explain_find(struct explanation *explanation, enum severity severity, const char *trap,
		  char *message, char *command)
{
	explanation->findings = alloc_grow(explanation->findings, explanation->finding_count,
					   sizeof(*explanation->findings));
	explanation->findings[explanation->finding_count++] = (struct finding){
		.severity = severity,
		.trap = trap,
		.message = message,
		.command = command,
	};
}

bool explain_works(const struct explanation *explanation)
{
	for (size_t i = 0; i < explanation->finding_count; i++)
		if (explanation->findings[i].severity == SEVERITY_PROBLEM)
			return false;
	return true;
}

int explain_mark_rule(const struct explanation *explanation)
{
	const struct pin_settings *settings = &explanation->pin->settings;

	if (!setting_is_given(settings, SETTING_MARK))
		return -ENODATA;
	return rule_has_mark(settings->values[SETTING_MARK], settings->values[SETTING_KEPT]);
}

const char *explain_name(const struct explanation *explanation, unsigned int ifindex)
{
	const struct interface *interface = network_by_index(&explanation->network, ifindex);

	return interface ? interface->name : "?";
}

const struct interface *explain_owner(const struct explanation *explanation, const struct ip *ip)
{
	const struct network *network = &explanation->network;

	for (size_t i = 0; i < network->address_count; i++)
		if (ip_equal(&network->addresses[i].ip, ip))
			return network_by_index(network, network->addresses[i].ifindex);
	return NULL;
}

/* Installs the library, as a launch would: it is there then when the program is started. */
static void install_library(struct explanation *explanation)
{
	AUTO_FREE char *reasons = NULL;

	if (explanation->engine == ENGINE_SUPERVISE)
		return;
	explanation->library = library_install(&reasons);
	if (explanation->library)
		return;
	bool is_needed = explanation->engine == ENGINE_PRELOAD || outer_ask() == OUTER_GATED;
	explain_find(explanation, is_needed ? SEVERITY_PROBLEM : SEVERITY_WARNING, "no-library",
		     alloc_text("'" LIBRARY_NAME "' cannot be installed (%s)%s", reasons,
				is_needed ? "" : ": the supervisor pins alone, which is slower"),
		     NULL);
}

int report_explain(const struct options *options, const struct pin *pin,
		   const struct target *target, enum engine engine)
{
	CLEANUP(explanation_free)
	struct explanation explanation = {
		.options = options,
		.pin = pin,
		.target = target,
		.engine = engine,
	};

	network_read(&explanation.network);
	int r = route_list_read(&explanation.routes);
	if (r < 0)
		die("cannot list the routes: %s", strerror(-r));
	install_library(&explanation);
	explain_engine(&explanation);
	explain_ways(&explanation);
	explain_uplinks(&explanation);
	explain_names(&explanation);
	if (options->json)
		explain_print_json(&explanation);
	else
		explain_print_text(&explanation, color_wanted(options->color));
	diag_flush();
	return explain_works(&explanation) ? EXIT_SUCCESS : STATUS_FAILED;
}

static char *source_text(const struct pin_source *source, unsigned int length)
{
	char text[IP_TEXT_SIZE];

	(void)ip_format(&source->ip, text);
	return length == 128
		       ? alloc_copy(text)
		       : alloc_text("%s/%u", text, length - (ip_is_v4(&source->ip) ? 96U : 0U));
}

char *explain_source(const struct way *way)
{
	return source_text(way->source, way->member ? way->member->length : 128);
}

char *explain_member(const struct member *member)
{
	if (member->ifindex)
		return alloc_copy(member->ifname);
	return source_text(pool_has_family(member, true) ? &member->v4 : &member->v6,
			   member->length);
}
