# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(rustc)
text='std::net, by name'
version() { /usr/bin/rustc --version; }
servers() {
	serve_web
	printf '%s\n' 'use std::io::*; fn main() { let mut s = std::net::TcpStream::connect("www.site.test:80").unwrap();' \
		's.write_all(b"GET /ip HTTP/1.0\r\n\r\n").unwrap(); let mut t = String::new(); s.read_to_string(&mut t).unwrap();' \
		'print!("{}", t.split("\r\n\r\n").nth(1).unwrap()); }' >"$ENTRY_DIR/get.rs"
	/usr/bin/rustc -o "$ENTRY_DIR/get" "$ENTRY_DIR/get.rs"
}
job() { says_pin "$ENTRY_DIR/get"; }
