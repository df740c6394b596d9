# SPDX-License-Identifier: MIT
"""Drives Chromium through its DevTools pipe (descriptors 3 and 4, JSON ended by a zero byte).

usage: devtools.py DIRECTORY PAGE_URL DOWNLOAD_URL COMMAND...

Starts COMMAND, opens the page in three tabs until each says that it is done, fetches the download into
DIRECTORY, and writes there sandbox.txt, page.txt and page.png, the last tab as text and as a picture.
"""
import base64
import json
import os
import signal
import subprocess
import sys
import time

PATIENCE = 40
TABS = 3


class Browser:
    def __init__(self, command):
        browser_in, self.into = os.pipe()
        self.out, browser_out = os.pipe()
        self.pending, self.count = b"", 0
        self.process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (browser_in, browser_out), "sh"] + command,
            pass_fds=(browser_in, browser_out), start_new_session=True)
        os.close(browser_in)
        os.close(browser_out)

    def message(self):
        while b"\0" not in self.pending:
            data = os.read(self.out, 1 << 16)
            if not data:
                raise SystemExit("the browser ended")
            self.pending += data
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.count += 1
        request = {"id": self.count, "method": method, "params": params}
        if session:
            request["sessionId"] = session
        os.write(self.into, json.dumps(request).encode() + b"\0")
        while (answer := self.message()).get("id") != self.count:
            pass
        if "error" in answer:
            raise SystemExit("%s: %s" % (method, answer["error"]["message"]))
        return answer["result"]

    def open(self, url):
        return self.call("Target.createTarget", url=url)["targetId"]

    def attach(self, tab):
        return self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]

    def text(self, session):
        said = self.call("Runtime.evaluate", session, expression="document.body ? document.body.innerText : ''")
        return said["result"]["value"]

    def titles(self):
        return {t["targetId"]: t["title"] for t in self.call("Target.getTargets")["targetInfos"]}

    def end(self):
        self.call("Browser.close")
        self.process.wait(20)


def until(what, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("not in time: " + what)
        time.sleep(0.1)


def main(directory, page, download, *command):
    browser = Browser(list(command))
    try:
        visit(browser, directory, page, download)
        browser.end()
    finally:
        browser.process.poll() is not None or os.killpg(browser.process.pid, signal.SIGKILL)


def visit(browser, directory, page, download):
    def write(name, text):
        with open(os.path.join(directory, name), "w", encoding="utf-8") as out:
            out.write(text)

    tabs = [browser.open("%s/%d" % (page, n)) for n in range(TABS)]
    try:
        until("pages", lambda: all(browser.titles()[t].startswith("done") for t in tabs))
    except SystemExit:
        for tab in tabs:
            print(repr(browser.text(browser.attach(tab))), file=sys.stderr)
        raise
    session = browser.attach(tabs[-1])
    write("page.txt", browser.text(session))
    with open(os.path.join(directory, "page.png"), "wb") as picture:
        picture.write(base64.b64decode(browser.call("Page.captureScreenshot", session)["data"]))
    if download:
        browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=directory)
        browser.open(download)
        until("download", lambda: any(n.endswith(".bin") for n in os.listdir(directory)))
    session = browser.attach(browser.open("chrome://sandbox"))
    until("sandbox page", lambda: "sandboxed" in browser.text(session))
    write("sandbox.txt", browser.text(session))


if __name__ == "__main__":
    main(*sys.argv[1:])
