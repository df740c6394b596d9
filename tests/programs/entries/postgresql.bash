# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(postgresql)
text='queries from outside, and its own to another server'
limit=60
PG=$(echo /usr/lib/postgresql/*/bin)
version() { "$PG/postgres" --version; }
servers() {
	mkdir "$ENTRY_DIR/far" && chown "$USER_ID" "$ENTRY_DIR/far"
	"${ORDINARY[@]}" "$PG/initdb" -N -A trust -D "$ENTRY_DIR/far/db"
	"${ORDINARY[@]}" sh -c 'echo "host all all all trust" >>"$1"' sh "$ENTRY_DIR/far/db/pg_hba.conf"
	cp -r "$ENTRY_DIR/far/db" "$ENTRY_DIR/near"
	chown -R "$USER_ID" "$ENTRY_DIR/near"
	serve_as_user "$PG/postgres" -D "$ENTRY_DIR/far/db" -k "$ENTRY_DIR/far" -h '*'
	ready 5432
}
job() {
	cp -a "$ENTRY_DIR/near" db
	begin pinned "$PG/postgres" -D "$PWD/db" -k "$PWD" -h '*' -p 5440
	only_on_pin 5440
	wait_until asked 'create extension if not exists dblink'
	came_from $(asked "select a from dblink('host=server.test dbname=postgres user=pinned',
		'select host(inet_client_addr())') as t(a text)")
}
asked() { far "$PG/psql" -qAt -h "$pin4" -p 5440 -d postgres -c "$1"; }
