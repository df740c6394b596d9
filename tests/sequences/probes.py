# SPDX-License-Identifier: MIT
"""Talks with two probes: `walk`, which makes the calls, and `tap`, which judges the packets."""
import os
import select
import subprocess

PATIENCE = 120
ROOM = 60000  # every pipe holds so much, so that writing never waits for the answers


class Broken(Exception):
    """A probe has ended, or does not answer."""


class Conversation:
    def __init__(self, name, command):
        self.name = name
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pending = b""

    def say(self, text):
        try:
            os.write(self.process.stdin.fileno(), text.encode())
        except BrokenPipeError as error:
            raise Broken("%s is gone: %s" % (self.name, self.process.wait())) from error

    def lines_until_dot(self):
        """The lines of an answer, and the line behind them that begins with a dot."""
        lines = []
        while True:
            while b"\n" in self.pending:
                line, self.pending = self.pending.split(b"\n", 1)
                if line.startswith(b"."):
                    return lines, line.decode()
                lines.append(line.decode())
            if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
                self.process.kill()
                raise Broken("%s says nothing; its last line was %r" % (self.name, (lines or ["none"])[-1]))
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                raise Broken("%s ended with status %s; its last line was %r"
                             % (self.name, self.process.wait(), (lines or ["none"])[-1]))
            self.pending += data

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Walk(Conversation):
    """Runs sequences, and gives for each (start in nanoseconds, [result of each step])."""

    def run(self, sequences):
        text = "".join("%d %s\n" % (number, sequence) for number, sequence in enumerate(sequences)) + ".\n"
        if len(text) > ROOM:
            half = len(sequences) // 2
            return self.run(sequences[:half]) + self.run(sequences[half:])
        self.say(text)
        lines, _ = self.lines_until_dot()
        if len(lines) != len(sequences):
            raise Broken("%s answered %d of %d sequences" % (self.name, len(lines), len(sequences)))
        results = []
        for line in lines:
            head, *steps = line.split("|")
            results.append((int(head.split()[1]), steps))
        return results


class Tap(Conversation):
    """Names the packets that the rules forbid, each as (time, text)."""

    judged = lost = 0

    def __init__(self, command):
        super().__init__("tap", command)
        self.ask()  # it answers when it listens; a walk that began earlier would send unseen

    def ask(self):
        self.say("?\n")
        lines, last = self.lines_until_dot()
        self.judged, self.lost = (int(word) for word in last.split()[1:])
        packets = []
        for line in lines:
            time, text = line.split(" ", 1)
            packets.append((int(time), text))
        return packets


def in_namespace(name, command):
    return ["nsenter", "--net=/run/netns/" + name, "--"] + command
