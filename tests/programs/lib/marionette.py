# SPDX-License-Identifier: MIT
"""Drives Firefox through Marionette (a loopback port; messages are JSON after their length).

usage: marionette.py DIRECTORY PAGE_URL DOWNLOAD_URL COMMAND...

Does as devtools.py does, and writes page.txt and page.png. It fails when a process that shows pages has
not the filter of the browser's sandbox. The profile is in DIRECTORY/profile.
"""
import base64
import json
import os
import signal
import socket
import subprocess
import sys

from devtools import PATIENCE, TABS, until

PREFERENCES = {"marionette.port": 0, "browser.download.folderList": 2, "app.update.enabled": False,
               "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream",
               "browser.download.useDownloadDir": True, "datareporting.policy.dataSubmissionEnabled": False}


class Browser:
    def __init__(self, profile, command):
        self.process = subprocess.Popen(command, start_new_session=True)
        self.port_file = os.path.join(profile, "MarionetteActivePort")
        until("marionette's port", lambda: os.path.exists(self.port_file) and os.path.getsize(self.port_file))
        with open(self.port_file, encoding="ascii") as port:
            self.socket = socket.create_connection(("127.0.0.1", int(port.read())), PATIENCE)
        self.stream, self.count = self.socket.makefile("rb"), 0
        self.message()
        self.call("WebDriver:NewSession")

    def message(self):
        size = b""
        while not size.endswith(b":"):
            if not (byte := self.stream.read(1)):
                raise SystemExit("the browser ended")
            size += byte
        return json.loads(self.stream.read(int(size[:-1])))

    def call(self, command, **params):
        self.count += 1
        request = json.dumps([0, self.count, command, params]).encode()
        self.socket.sendall(b"%d:%s" % (len(request), request))
        _, _, error, result = self.message()
        if error:
            raise SystemExit("%s: %s" % (command, error["message"]))
        return result

    def run(self, script, context="content"):
        self.call("Marionette:SetContext", value=context)
        result = self.call("WebDriver:ExecuteScript", script=script, args=[])["value"]
        self.call("Marionette:SetContext", value="content")
        return result

    def open(self, url):
        handle = self.call("WebDriver:NewWindow", type="tab")["handle"]
        self.call("WebDriver:SwitchToWindow", handle=handle)
        self.run("location.href = %s" % json.dumps(url))
        return handle

    def end(self):
        self.call("Marionette:Quit", flags=["eForceQuit"])
        self.process.wait(20)


def unfiltered_pages():
    """The processes that show pages and have no filter of calls more than the browser itself."""
    filters = {"page": {}, "browser": {}}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as words, open("/proc/%s/status" % pid, "rb") as status:
                command, lines = words.read().replace(b"\0", b" "), status.read().splitlines()
        except OSError:  # gone meanwhile
            continue
        kind = "page" if command.rstrip().endswith(b" tab") else "browser"
        if b"firefox-esr --headless" in command[:60] or b"/firefox-esr -contentproc" in command:
            for line in lines:
                if line.startswith(b"Seccomp_filters"):
                    filters[kind][pid] = int(line.split()[1])
    least = min(filters["browser"].values())
    return [pid for pid, count in filters["page"].items() if count <= least]


def main(directory, page, download, *command):
    profile = os.path.join(directory, "profile")
    with open(os.path.join(profile, "user.js"), "a", encoding="utf-8") as out:
        for name, value in {**PREFERENCES, "browser.download.dir": directory}.items():
            out.write("user_pref(%s, %s);\n" % (json.dumps(name), json.dumps(value)))
    browser = Browser(profile, list(command))
    try:
        visit(browser, directory, page, download)
        browser.end()
    finally:
        browser.process.poll() is not None or os.killpg(browser.process.pid, signal.SIGKILL)


def visit(browser, directory, page, download):
    tabs = [browser.open("%s/%d" % (page, n)) for n in range(TABS)]
    texts = []
    for tab in tabs:
        browser.call("WebDriver:SwitchToWindow", handle=tab)
        until("page", lambda: (browser.run("return document.title") or "").startswith("done"))
        texts.append(browser.run("return document.body.innerText"))
    with open(os.path.join(directory, "page.txt"), "w", encoding="utf-8") as out:
        out.write("\n".join(texts))
    with open(os.path.join(directory, "page.png"), "wb") as picture:
        picture.write(base64.b64decode(browser.call("WebDriver:TakeScreenshot", full=False)["value"]))
    if download:
        browser.run("location.href = %s" % json.dumps(download))
        until("download", lambda: any(n.endswith(".bin") for n in os.listdir(directory)))
    until("a sandbox for every page", lambda: not unfiltered_pages())


if __name__ == "__main__":
    main(*sys.argv[1:])
