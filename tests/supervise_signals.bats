#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Signals that come from the terminal or the kernel reach the program as they would without bindto.

load lib/network.bash
load lib/assertions.bash
load lib/supervise.bash
WITNESS=none on_network

# in_each COMMAND...: with each engine that has a supervisor, in $options.
in_each() {
	for options in "-i wlan0" "--strict -i wlan0"; do
		"$@"
	done
}

@test "Ctrl-C that comes before there is a program ends it" {
	need strace
	script <<-'END'
		import pty, sys
		def children(pid): return open(f"/proc/{pid}/task/{pid}/children").read().split()
		# The supervisor waits a second before it makes the program's process. strace has a process group of its own.
		bindto, terminal = pty.fork()
		if bindto == 0:
		    os.execvp("strace", "strace -DD -f -qq -o /dev/null -e inject=clone:delay_enter=1000000".split()
		              + sys.argv[1:] + ["sleep", "30"])
		wait_until(lambda: children(bindto))
		os.write(terminal, b"\x03")
		status = os.waitpid(bindto, 0)[1]
		print(os.WIFSIGNALED(status) and os.WTERMSIG(status))
	END
	in_each ends_by_2
}

ends_by_2() {
	# shellcheck disable=SC2086 # options
	run client python3 "$SCRIPT" "$BINDTO" $options
	assert_output 2
}

@test "an alarm(2) that was set before bindto was started ends the program" {
	in_each ends_by_14
}

ends_by_14() {
	# shellcheck disable=SC2086 # options
	run client python3 -c 'import os, signal, sys
signal.setitimer(signal.ITIMER_REAL, 0.5)
os.execv(sys.argv[1], sys.argv[1:])' "$BINDTO" $options sleep 30
	assert_failure 142
}

# Functions of python: says(text) waits until the terminal shows it.
terminal_functions() {
	cat <<-'END'
		import pty, select, sys
		seen = b""
		def says(text):
		    global seen
		    while text not in seen:
		        assert select.select([terminal], [], [], 10)[0], seen
		        seen += os.read(terminal, 1000)
	END
}

@test "Ctrl-Z does not stop a program that no shell could continue" {
	script < <(
		terminal_functions
		cat <<-'END'
			command = sys.argv[1:] + ["sh", "-c", "echo ready; read line; echo got $line; read line"]
			# As a terminal's own program, or one of `docker run -it`; then as one of a script that is that.
			for before in [], ["sh", "-c", '"$@"; exit', "sh"]:
			    seen = b""
			    child, terminal = pty.fork()
			    if child == 0:
			        os.execvp((before + command)[0], before + command)
			    try:
			        says(b"ready")
			        os.write(terminal, b"\x1a")
			        says(b"^Z")
			        os.write(terminal, b"hello\n")
			        says(b"got hello")
			    finally:
			        os.killpg(child, 9)
		END
	)
	in_each python_succeeds
}

@test "a program with a process group of its own can be stopped, and its shell continues it" {
	script < <(
		terminal_functions
		cat <<-'END'
			program = """import os, signal
			signal.signal(signal.SIGTTOU, signal.SIG_IGN)
			os.setpgid(0, 0) # as emacs does
			os.tcsetpgrp(0, os.getpgrp())
			os.kill(0, signal.SIGTSTP)
			print("went", "on")"""
			path = os.environ["HOME"] + "/stops.py"
			with open(path, "w") as file: file.write(program)
			child, terminal = pty.fork()
			if child == 0:
			    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
			try:
			    os.write(terminal, " ".join(sys.argv[1:] + ["python3", path]).encode() + b"\n")
			    says(b"Stopped")
			    os.write(terminal, b"fg\n")
			    says(b"went on")
			finally:
			    os.write(terminal, b"exit\n")
			    os.kill(child, 9)
		END
	)
	in_each python_succeeds
}

python_succeeds() {
	# shellcheck disable=SC2086 # options
	run client python3 "$SCRIPT" "$BINDTO" $options
	assert_success
}
