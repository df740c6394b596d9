#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The supervisor as a process: exit statuses, signals, job control, streams, daemons, and what happens if it is
# killed. supervise_calls.bats has its calls.

load lib/network.bash
load lib/assertions.bash
load lib/supervise.bash
on_network

@test "the exit status is the program's" {
	for number in 0 1 7 125 126 127 255; do
		run "-$number" strict_client sh -c "exit $number"
		assert_output ""
	done
	wait_until no_bindto_left
}

@test "a program that cannot be run has 126 and 127" {
	run -127 strict_client /no/such/program
	run -126 strict_client "$BINDTO_TESTS_DIR"
}

@test "bindto dies by the signal that killed the program" {
	script <<-'END'
		import signal, sys
		for number in 1, 3, 6, 9, 10, 11, 15, 24, 34:
		    child = subprocess.run(sys.argv[1:] + ["python3", "-c", "import os; os.kill(os.getpid(), %d)" % number])
		    assert child.returncode == -number, (number, child)
	END
	# shellcheck disable=SC2086 # options
	as_each client python3 "$SCRIPT" "$BINDTO" $STRICT
}

@test "a signal to bindto reaches the program once" {
	script <<-'END'
		import signal, sys
		count = r'''
		import signal, time
		seen = []
		for number in 1, 2, 10, 12, 14, 15:
		    signal.signal(number, lambda n, _: seen.append(n))
		print("ready", flush=True)
		while len(set(seen)) < 5: time.sleep(0.02)
		print("all", flush=True)
		while seen[-1] != 14: time.sleep(0.02)
		print(sorted(seen), flush=True)
		'''.replace("\n\t\t", "\n").replace("\n                ", "\n")
		import textwrap
		child = subprocess.Popen(sys.argv[1:] + ["python3", "-c", textwrap.dedent(count)], stdout=subprocess.PIPE)
		assert child.stdout.readline() == b"ready\n"
		for number in 1, 2, 10, 12, 15:
		    child.send_signal(number)
		assert child.stdout.readline() == b"all\n"
		child.send_signal(14) # a signal that comes twice comes before this one
		print(child.stdout.readline().decode(), end="")
		assert child.wait() == 0
	END
	# shellcheck disable=SC2086 # options
	run client python3 "$SCRIPT" "$BINDTO" $STRICT
	assert_output "[1, 2, 10, 12, 14, 15]"
}

@test "Ctrl-C, Ctrl-Z and fg on a terminal work as without bindto" {
	script <<-'END'
		import pty, select, sys, time
		def until(fd, text, limit=30):
		    seen, end = b"", time.monotonic() + limit
		    while text not in seen and time.monotonic() < end:
		        if select.select([fd], [], [], 0.2)[0]:
		            seen += os.read(fd, 1000)
		    assert text in seen, (text, seen)
		child, fd = pty.fork()
		if child == 0:
		    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
		def say(text): os.write(fd, text.encode())
		command = " ".join(sys.argv[1:])
		say("PS1='$ '; stty -echo\n")
		say(command + " sh -c 'echo o\"\"ne; sleep 30; echo not reached'\n")
		until(fd, b"one")
		time.sleep(0.5) # bash loses a Ctrl-C that comes at once, with and without bindto
		say("\x03")
		time.sleep(0.3)
		say("echo status $?\n")
		until(fd, b"status 130")
		say(command + " sh -c 'echo t\"\"wo; read line; echo got $line'\n")
		until(fd, b"two")
		time.sleep(0.3)
		say("\x1a")
		until(fd, b"Stopped")
		say("jobs; echo in \"\"the shell\n")
		until(fd, b"in the shell")
		say("fg\n")
		time.sleep(0.3)
		say("hello\n")
		until(fd, b"got hello")
		say("echo status $?\n")
		until(fd, b"status 0")
		say(command + " bash --norc --noprofile -i\n")
		say("echo in\"\"ner\n")
		until(fd, b"inner")
		say("sleep 30\n")
		time.sleep(0.5)
		say("\x1a")
		until(fd, b"Stopped")
		say("kill %1; exit\n")
		say("echo ou\"\"ter\n")
		until(fd, b"outer")
		print("fine")
	END
	# shellcheck disable=SC2086 # options
	LIMIT=120 run client python3 "$SCRIPT" "$BINDTO" $STRICT
	assert_output fine
}

@test "a process group that is stopped and continued, however fast, ends with the program's status" {
	script <<-'END'
		import signal, sys, time
		for pause in 0, 0, 0, 0.0005, 0.001, 0.05:
		    child = subprocess.Popen(sys.argv[1:] + ["sh", "-c", "read line; exit 3"], stdin=subprocess.PIPE, start_new_session=True)
		    time.sleep(0.1)
		    for _ in range(20):
		        os.killpg(child.pid, signal.SIGSTOP)
		        time.sleep(pause)
		        os.killpg(child.pid, signal.SIGCONT)
		        time.sleep(pause)
		    child.stdin.write(b"x\n")
		    child.stdin.close()
		    assert child.wait(15) == 3
		child = subprocess.Popen(sys.argv[1:] + ["sh", "-c", "echo; read line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
		child.stdout.readline()
		child.send_signal(signal.SIGTSTP)
		assert os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1])
		child.send_signal(signal.SIGCONT)
		child.stdin.write(b"x\n")
		child.stdin.close()
		assert child.wait(15) == 0
	END
	# shellcheck disable=SC2086 # options
	client python3 "$SCRIPT" "$BINDTO" $STRICT
}

@test "a supervisor that ends before it reads a signal does not hide the program's exit status" {
	script <<-'END'
		import signal, sys, time
		def field(pid, name): return next(line.split()[1] for line in open("/proc/%d/status" % pid) if line.startswith(name))
		def wait_for_end(pid):
		    while field(pid, "State") != "Z": time.sleep(0.01)
		for _ in range(5):
		    child = subprocess.Popen(sys.argv[1:] + ["sh", "-c", "trap '' $(seq 34 60); echo $$; read line; exit 7"],
		                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
		    program = int(child.stdout.readline())
		    supervisor = int(field(program, "PPid"))
		    os.kill(supervisor, signal.SIGSTOP)
		    for number in range(34, 61):
		        child.send_signal(number)
		    while int(field(child.pid, "ShdPnd"), 16): time.sleep(0.01)
		    child.send_signal(signal.SIGSTOP)
		    child.stdin.close()
		    wait_for_end(program)
		    os.kill(supervisor, signal.SIGCONT)
		    wait_for_end(supervisor)
		    child.send_signal(signal.SIGCONT)
		    assert child.wait(15) == 7, child.returncode
	END
	# shellcheck disable=SC2086 # options
	client python3 "$SCRIPT" "$BINDTO" $STRICT
}

@test "a tracer that attaches to bindto while bindto ends does not wait for ever" {
	local asan
	asan=$(realpath "$(gcc -print-file-name=libasan.so)") # LeakSanitizer, which is part of it, is such a tracer
	for _ in 1 2 3 4 5; do
		# shellcheck disable=SC2086 # options
		LIMIT=15 run client env "LD_PRELOAD=$asan" "$BINDTO" $STRICT "$PROBE/who" 192.0.2.1 7000
		assert_success
	done
}

@test "if bindto is killed by SIGKILL, the program is killed with it" {
	# shellcheck disable=SC2086 # options
	run client sh -c '"$@" & until pgrep -fx "sleep 55.5" >/dev/null; do sleep 0.02; done
		kill -9 $!; wait $!; echo $?' - "$BINDTO" $STRICT sleep 55.5
	assert_line 137
	wait_until no_sleep_left
	wait_until no_bindto_left
}

no_sleep_left() {
	! pgrep -f 'sleep 55.5' >/dev/null
}

@test "if the supervisor is killed, new sockets fail, and the program goes on to its own exit status" {
	script <<-'END'
		import time
		s = socket.create_connection((REMOTE4, HOLD))
		os.kill(os.getppid(), 9)
		while error(socket.socket, V4) != "ENOSYS": time.sleep(0.01)
		s.send(b"x")
		print(error(socket.socket, V6), error(s.connect, (REMOTE4, WHO)), flush=True)
		time.sleep(0.2)
		os._exit(9)
	END
	as_each supervisor_killed
}

supervisor_killed() {
	witness_mark
	run strict_client python3 "$SCRIPT"
	assert_equal "$status" 9
	assert_output "ENOSYS ENOSYS"
	assert_only 203.0.113.3 eth0
}

@test "if the supervisor is killed at any moment, nothing leaves outside the pin and nothing hangs" {
	script <<-'END'
		import random, signal, threading, time
		supervisor = os.getppid()
		def work():
		    while True:
		        try:
		            peer_of(socket.create_connection((REMOTE4, WHO), 5))
		            u = socket.socket(V6, UDP)
		            u.sendto(b"x", (REMOTE6, DISCARD))
		        except OSError as failure:
		            if failure.errno == errno.ENOSYS: return
		threads = [threading.Thread(target=work) for _ in range(8)]
		for thread in threads: thread.start()
		time.sleep(0.05 + random.random() * 0.1)
		os.kill(supervisor, 9)
		for thread in threads: thread.join(10)
		print(sum(thread.is_alive() for thread in threads))
	END
	witness_mark # what the kernel itself resets by eth0, when a socket is gone, does not count
	for _ in 1 2 3 4 5; do
		run client "$BINDTO" -s -i wlan0 -- python3 "$SCRIPT"
		assert_success
		assert_output 0
	done
	run grep -vE '^eth0 rst |^wlan0 [a-z0-9]* (198.51.100.2|2001:db8:2::2) ' <<<"$(witness_since_mark)"
	assert_output ""
}

@test "streams close when the program closes them" {
	script <<-'END'
		import sys
		child = subprocess.Popen(sys.argv[1:] + ["sh", "-c", "exec >&- <&-; exec sleep 600"], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
		assert child.stdout.read() == b"" # the program ends long after the test's limit
		child.terminate()
		assert child.wait() == -15
		reader, writer = os.pipe()
		child = subprocess.Popen(sys.argv[1:] + ["sh", "-c", "sleep 3 >/dev/null 2>&1 3>&- & exit 0"], pass_fds=[writer])
		assert child.wait() == 0
	END
	# shellcheck disable=SC2086 # options
	client python3 "$SCRIPT" "$BINDTO" $STRICT
}

@test "a daemon outlives the program and stays pinned, and the supervisor ends with it" {
	script <<-'END'
		import time
		if os.fork() == 0:
		    os.setsid()
		    if os.fork() == 0:
		        time.sleep(0.5)
		        open(os.environ["SEEN"], "w").write(peer_of(socket.create_connection((REMOTE4, WHO))))
		    os._exit(0)
		os.wait()
	END
	for WHO in root user; do
		local seen=$BINDTO_TESTS_DIR/tmp/seen.$WHO
		rm -f "$seen"
		# shellcheck disable=SC2086 # options
		run client env SEEN="$seen" "$BINDTO" $STRICT python3 "$SCRIPT"
		assert_success
		wait_until test -s "$seen"
		assert_equal "$(cat "$seen")" 203.0.113.3
		wait_until no_bindto_left
	done
}

@test "bindto leaves no zombie, and the program inherits no descriptor of bindto's" {
	script <<-'END'
		for _ in range(20):
		    if os.fork() == 0:
		        if os.fork() == 0: os._exit(0)
		        os._exit(0)
		    os.wait()
		wait_until(lambda: os.popen("ps -A -o stat= -o comm= | grep -c '^Z.*python3'").read() == "0\n")
		print(sorted(os.listdir("/proc/self/fd")))
	END
	plain=$(client python3 "$SCRIPT")
	run strict_client python3 "$SCRIPT"
	assert_output "$plain"
}

@test "bindto works without standard streams" {
	for closed in '<&-' '>&-' '<&- >&- 2>&-'; do
		# shellcheck disable=SC2086 # options
		run client sh -c '"$@" '"$closed"'; echo $?' - "$BINDTO" $STRICT sh -c "exit 5"
		assert_output 5
	done
}

@test "no_new_privs is set for a user and not for root" {
	WHO=user run strict_client grep NoNewPrivs /proc/self/status
	assert_output --regexp 'NoNewPrivs:.1'
	WHO=root run strict_client grep NoNewPrivs /proc/self/status
	assert_output --regexp 'NoNewPrivs:.0'
}

@test "if the kernel has no user notification, the message says why" {
	while read -r number reason; do
		# shellcheck disable=SC2086 # options
		run client "${FILTERED[@]}" "$number" seccomp "$BINDTO" $STRICT true
		assert_equal "$status" 125
		assert_output --partial "$reason"
	done <<-'END'
		1 seccomp filters are not permitted here
		38 this kernel has no seccomp filters, or hides them
		22 this kernel has no seccomp user notification as of Linux 5.14
	END
}

@test "--strict and --engine preload contradict each other" {
	run client "$BINDTO" -s --engine preload -a 203.0.113.3 -- true
	assert_equal "$status" 125
	assert_output "bindto: cannot use '--strict' with '--engine preload': the library does not see every call
hint: leave out '--engine preload': the supervisor does it"
	run client "$BINDTO" --engine other -a 203.0.113.3 -- true
	assert_output "bindto: cannot use '--engine other': it must be one of both, preload, supervise"
}

@test "the supervisor needs little memory, and no more after twenty thousand calls" {
	script <<-'END'
		def supervisor(field):
		    for line in open("/proc/%d/status" % os.getppid()):
		        if line.startswith(field + ":"): return int(line.split()[1])
		def calls(count):
		    for _ in range(count // 10):
		        s, t, u = socket.socket(V4, UDP), socket.socket(V6), socket.socket(V4)
		        s.connect((REMOTE4, DISCARD))
		        t.bind(("::", 0))
		        error(u.connect, ("127.0.0.1", 9))
		        u.close()
		        u = socket.socket(V4)
		        u.bind(("0.0.0.0", 0))
		        u.listen()
		        error(t.connect, (REMOTE6, 0))
		        s.close(), t.close(), u.close()
		calls(1000)
		before = supervisor("RssAnon")
		calls(20000)
		print(supervisor("RssAnon") - before < 64, supervisor("VmRSS") < 3 * 1024)
	END
	as_each small_supervisor
}

small_supervisor() {
	run strict_client python3 "$SCRIPT"
	assert_output "True True"
}

@test "if the supervisor cannot start, bindto says so and leaves nothing behind" {
	need strace
	local call
	for call in signalfd4 timerfd_create epoll_create1; do
		WHO=root run client strace -f -qq -o /dev/null --inject="$call:error=EMFILE" \
			"$BINDTO" -s -i wlan0 -- sh -c 'echo started'
		assert_failure 125
		assert_line --regexp "^bindto: cannot supervise '/.*/sh': Too many open files$"
		refute_line started
		wait_until no_bindto_left
	done
}

@test "a user's program cannot trace bindto or the supervisor, which run without a filter" {
	script <<-'END'
		def parent(pid):
		    with open("/proc/%d/stat" % pid) as file: return int(file.read().rsplit(")", 1)[1].split()[1])
		supervisor = os.getppid()
		for pid in supervisor, parent(supervisor):
		    with open("/proc/%d/comm" % pid) as file: name = file.read().strip()
		    print(name, error(os.open, "/proc/%d/mem" % pid, os.O_RDWR), libc.ptrace(16, pid, 0, 0))
	END
	local engine
	for engine in both supervise; do
		WHO=user run client "$BINDTO" --engine $engine -i wlan0 -- python3 "$SCRIPT"
		assert_output $'bindto EACCES -1\nbindto EACCES -1'
	done
}
