# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=media
packages=(syncthing curl)
unreached=yes
text='two nodes: a folder that they share'
limit=90
version() { syncthing --version; }
servers() {
	local node
	for node in far near; do
		mkdir -p "$ENTRY_DIR/$node/folder/.stfolder"
		syncthing generate --home="$ENTRY_DIR/$node" --no-default-folder >/dev/null
		syncthing --home="$ENTRY_DIR/$node" --device-id >"$ENTRY_DIR/$node.id"
	done
	echo "a file" >"$ENTRY_DIR/far/folder/file"
	node_config far near dynamic tcp://0.0.0.0:22000
	node_config near far tcp://server.test:22000 default
	chown -R "$USER_ID" "$ENTRY_DIR"/{far,near}
	serve_as_user syncthing serve --no-browser --no-restart --home="$ENTRY_DIR/far" --gui-address=127.0.0.1:8384
	ready 22000
}
# node_config NODE OTHER ADDRESS_OF_OTHER LISTENS_ON
node_config() {
	cat >"$ENTRY_DIR/$1/config.xml" <<-END
		<configuration version="36">
		<folder id="f" path="$ENTRY_DIR/$1/folder"><device id="$(cat "$ENTRY_DIR/near.id")"/><device id="$(cat "$ENTRY_DIR/far.id")"/></folder>
		<device id="$(cat "$ENTRY_DIR/$2.id")"><address>$3</address></device>
		<device id="$(cat "$ENTRY_DIR/$1.id")"><address>dynamic</address></device>
		<gui enabled="true"><apikey>key</apikey></gui>
		<options><listenAddress>$4</listenAddress><globalAnnounceEnabled>false</globalAnnounceEnabled>
		<localAnnounceEnabled>false</localAnnounceEnabled><relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled>
		<urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH><crashReportingEnabled>false</crashReportingEnabled></options>
		</configuration>
	END
}
job() {
	rm -rf "$ENTRY_DIR/near/folder" "$ENTRY_DIR/near/index"*
	user mkdir -p "$ENTRY_DIR/near/folder/.stfolder"
	begin pinned syncthing serve --no-browser --no-restart --home="$ENTRY_DIR/near" --gui-address=127.0.0.1:8385
	wait_until same_file || wait_until same_file || wait_until same_file || fail 'the file does not come'
	came_from $(in_ns server curl -sS -H 'X-API-Key: key' http://127.0.0.1:8384/rest/system/connections |
		grep -oE '"address": "[^"]+' | sed 's/.*"//; s/:[0-9]*$//; s/[][]//g' | grep .)
}
same_file() { cmp -s "$ENTRY_DIR/far/folder/file" "$ENTRY_DIR/near/folder/file"; }
