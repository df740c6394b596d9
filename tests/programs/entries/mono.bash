# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(mono-mcs mono-runtime)
text='WebClient, and a socket'
version() { mono --version; }
servers() {
	serve_web
	printf '%s\n' 'class Get { static void Main() { System.Console.Write(new System.Net.WebClient().DownloadString("http://www.site.test/ip"));' \
		'var t = new System.Net.Sockets.TcpClient("cdn.site.test", 80); var b = System.Text.Encoding.ASCII.GetBytes("GET /ip HTTP/1.0\r\n\r\n");' \
		't.GetStream().Write(b, 0, b.Length); var r = new System.IO.StreamReader(t.GetStream()).ReadToEnd();' \
		'System.Console.Write(r.Substring(r.IndexOf("\r\n\r\n") + 4)); } }' >"$ENTRY_DIR/get.cs"
	mcs -out:"$ENTRY_DIR/get.exe" "$ENTRY_DIR/get.cs"
}
job() { says_pin mono "$ENTRY_DIR/get.exe"; }
