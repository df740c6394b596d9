# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
needs=(node)
text='fetch, dgram, worker threads, and a cluster that serves'
version() { node --version; }
servers() { serve_web; }
job() {
	cat >all.js <<-'END'
		const { Worker, isMainThread } = require('worker_threads'), dgram = require('dgram');
		const get = u => fetch(u).then(r => r.text()).then(t => console.log(t.trim()));
		if (isMainThread) {
			const udp = dgram.createSocket('udp4');
			udp.on('message', m => { console.log(m.toString().trim()); udp.close(); });
			udp.send('x', 7002, '192.0.2.1');
			get('http://www.site.test/ip').then(() => new Worker(__filename));
		} else get('http://cdn.site.test/ip');
	END
	pinned node all.js >said
	[ "$(wc -l <said)" -eq 3 ] || fail "$(cat said)"
	came_from $(plain_addresses <said)
	cat >cluster.js <<-'END'
		const cluster = require('cluster'), http = require('http');
		if (cluster.isPrimary) for (let i = 0; i < 3; i++) cluster.fork();
		else http.createServer((q, r) => http.get('http://www.site.test/ip', f => f.pipe(r))).listen(8080);
	END
	begin pinned node cluster.js
	only_on_pin 8080
	for try in 1 2 3 4; do
		came_from $(far curl -sS "http://$pin4:8080/")
	done
}
