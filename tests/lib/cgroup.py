# SPDX-License-Identifier: MIT
"""A cgroup (v2) of a test's own, which goes with the test. Needs root, and a kernel with a mounted hierarchy."""
import os

from sockets import wait_until


class Cgroup:
    def __init__(self):
        """OSError if this user or this kernel makes none."""
        with open("/proc/mounts") as mounts:
            places = [line.split()[1] for line in mounts if line.split()[2] == "cgroup2"]
        if not places:
            raise OSError("no cgroup v2 is mounted")
        self.name = "bindto-tests-%d" % os.getpid()
        self.path = places[0] + "/" + self.name
        os.mkdir(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        wait_until(self._removed)

    def _removed(self):
        try:
            return os.rmdir(self.path) is None
        except OSError:  # a process that has ended leaves its cgroup a moment later
            return False

    def write(self, file, text):
        with open(self.path + "/" + file, "w") as opened:
            opened.write(text)

    def join(self):
        """Moves the calling process into the cgroup."""
        self.write("cgroup.procs", "0")

    def is_frozen(self):
        with open(self.path + "/cgroup.events") as events:
            return "frozen 1\n" in events.readlines()
