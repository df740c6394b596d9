# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=fetch
needs=(npm node)
text='a package from a registry'
version() { npm --version; }
servers() {
	serve_web
	mkdir -p "$ENTRY_DIR/thing/package" "$WEB/npm"
	echo '{"name": "thing", "version": "1.0.0"}' >"$ENTRY_DIR/thing/package/package.json"
	tar -C "$ENTRY_DIR/thing" -czf "$WEB/thing.tgz" package
	printf '{"name": "thing", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {"name": "thing",
		"version": "1.0.0", "dist": {"tarball": "https://www.site.test/thing.tgz", "integrity": "sha512-%s"}}}}' \
		"$(openssl dgst -sha512 -binary "$WEB/thing.tgz" | base64 -w0)" >"$WEB/npm/thing"
}
job() {
	pinned env NODE_EXTRA_CA_CERTS="$WORLD/ca.pem" npm install --silent --no-audit --no-fund --no-update-notifier \
		--registry https://www.site.test/npm/ thing
	same "$ENTRY_DIR/thing/package/package.json" node_modules/thing/package.json
	came_from $(web_saw /npm/thing) $(web_saw /thing.tgz)
}
