#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --log: what each engine and all that the program starts write, and into which file.

load lib/network.bash
load lib/assertions.bash
on_network

setup() {
	LOG=$BINDTO_TESTS_DIR/tmp/log.$BATS_TEST_NUMBER
	rm -rf "$LOG"
	mkdir -m 777 "$LOG"
}

# in_log EXPRESSION: a Python expression of `all`, the objects in $LOG/log, is true, and each line has all fields.
in_log() {
	python3 - "$LOG/log" "$1" <<-'END'
		import json, sys
		FIELDS = "time engine program pid call protocol local local_port peer peer_port device outcome".split()
		lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
		all = [json.loads(line) for line in lines]
		for one in all:
		    assert list(one) == FIELDS, one
		if not eval(sys.argv[2]):
		    sys.exit("not so: %s\n%s" % (sys.argv[2], "\n".join(lines)))
	END
}

@test "each engine logs a line for each socket of the program and of what it starts" {
	as_each logs_descendants
}

logs_descendants() {
	local engine
	for engine in preload supervise; do
		rm -f "$LOG/log"
		run client "$BINDTO" --engine $engine --log "$LOG/log" -i wlan0 -- \
			sh -c '"$1" 192.0.2.1 7000; ("$1" 2001:db8:9::1 7000)' - "$PROBE/who"
		assert_success
		in_log '[" ".join(str(one[field]) for field in FIELDS[1:3] + FIELDS[4:7] + FIELDS[8:]) for one in all] == [
			"'$engine' who connect tcp 198.51.100.2 192.0.2.1 7000 wlan0 pinned",
			"'$engine' who connect tcp 2001:db8:2::2 2001:db8:9::1 7000 wlan0 pinned"]'
		in_log 'all[0]["pid"] != all[1]["pid"] and all[0]["time"] <= all[1]["time"]'
		in_log 'min(one["local_port"] for one in all) > 0 and min(one["time"] for one in all) > 1.5e9'
	done
}

@test "the log has binds, listens, connects and sends, with null for what does not apply" {
	script <<-'END'
		s = socket.socket(V4)
		s.bind(("0.0.0.0", 7777))
		t = socket.socket(V4)
		t.listen()
		u = socket.socket(V4, UDP)
		u.sendto(b"x", (REMOTE4, DISCARD))
		error(socket.create_connection, ("127.0.0.1", 9))
		error(socket.create_connection, (REMOTE6, WHO))
		error(socket.create_connection, (REMOTE4, 1))
	END
	for engine in preload supervise; do
		rm -f "$LOG/log"
		run client "$BINDTO" --log "$LOG/log" --engine $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		assert_output ""
		in_log '[one["call"] for one in all] == ["bind", "listen", "send", "connect", "connect", "connect"]'
		in_log '[one["outcome"] for one in all] == ["pinned", "pinned", "pinned", "exempt", "refused", "pinned, but the peer refused"]'
		in_log 'all[0]["local"] == "203.0.113.3" and all[0]["local_port"] == 7777'
		in_log 'all[0]["peer"] is None and all[0]["peer_port"] is None and all[0]["device"] is None'
		in_log 'all[2]["protocol"] == "udp" and all[2]["peer"] == "192.0.2.1"'
	done
}

@test "lines of many processes and threads at once stay whole" {
	script <<-'END'
		import threading
		def work():
		    for _ in range(25):
		        s = socket.socket(V4, UDP)
		        s.connect((REMOTE4, DISCARD))
		        s.close()
		for _ in range(8):
		    if os.fork() == 0:
		        threads = [threading.Thread(target=work) for _ in range(8)]
		        for thread in threads: thread.start()
		        for thread in threads: thread.join()
		        os._exit(0)
		for _ in range(8): assert os.wait()[1] == 0
	END
	for engine in preload supervise; do
		rm -f "$LOG/log"
		run client "$BINDTO" --log "$LOG/log" --engine $engine -a 203.0.113.3 -- python3 "$SCRIPT"
		assert_success
		in_log 'len(all) == 8 * 8 * 25 and len({one["pid"] for one in all}) == 8'
	done
}

@test "the log is valid JSON, whatever bytes a program's name has" {
	local name=$LOG/$'w\x01"\\\xe9 o'
	cp "$PROBE/who" "$name"
	for engine in preload supervise; do
		rm -f "$LOG/log"
		run client "$BINDTO" --log "$LOG/log" --engine $engine -a 203.0.113.3 -- "$name" 192.0.2.1 7000
		assert_success
		in_log 'all[0]["program"] == "w\x01\"\\\xe9 o"'
	done
}

@test "the log may have any name, is appended to wherever the program changes to, and only its user can read it" {
	mkdir -m 777 "$LOG/a directory"
	as_each appends
}

appends() {
	rm -f "$LOG/a directory/100%"
	for engine in preload supervise; do
		run client sh -c 'umask 0; cd "$1" && "$2" --log "a directory/100%" --engine "$4" -a 203.0.113.3 -- sh -c "cd /; exec $3 192.0.2.1 7000"' \
			- "$LOG" "$BINDTO" "$PROBE/who" "$engine"
		assert_success
	done
	assert_equal "$(stat -c %a "$LOG/a directory/100%")" 600
	assert_equal "$(wc -l <"$LOG/a directory/100%")" 2
}

@test "bindto starts nothing if it cannot write the log" {
	mkfifo -m 666 "$LOG/fifo"
	while read -r file reason; do
		run client "$BINDTO" --log "$file" -a 203.0.113.3 -- echo started
		assert_equal "$status" 125
		assert_output "bindto: cannot log to '$file': $reason"
	done <<-END
		/no/such/file No such file or directory
		$LOG Is a directory
		/dev/null it is no regular file
		$LOG/fifo No such device or address
	END
	run client "$BINDTO" --log /dev/null --log /dev/null -a 203.0.113.3 -- echo started
	assert_equal "$status" 125
	assert_output --partial "cannot use '--log' more than once"
}

@test "bindto does not follow a link that takes the log's place later" {
	run client "$BINDTO" --log "$LOG/log" --engine preload -a 203.0.113.3 -- \
		sh -c 'rm "$2/log"; : >"$2/other"; ln -s other "$2/log"; exec "$1" 192.0.2.1 7000' - "$PROBE/who" "$LOG"
	assert_success
	assert_output --partial 203.0.113.3
	[ ! -s "$LOG/other" ]
}
