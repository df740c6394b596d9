# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(python3)
text='urllib, asyncio with TLS, and four processes'
version() { /usr/bin/python3 --version; }
servers() { serve_web; }
job() {
	says_pin python3 - <<-'END'
		import asyncio, multiprocessing, urllib.request
		def get(url="https://www.site.test/ip"):
		    return urllib.request.urlopen(url, timeout=10).read().decode().strip()
		async def read():
		    reader, writer = await asyncio.open_connection("cdn.site.test", 443, ssl=True)
		    writer.write(b"GET /ip HTTP/1.0\r\nHost: cdn.site.test\r\n\r\n")
		    page = await reader.read()
		    writer.close()
		    return page.split()[-1].decode()
		if __name__ == "__main__":
		    print(get(), asyncio.run(read()))
		    with multiprocessing.get_context("fork").Pool(4) as pool:
		        print(*pool.map(get, ["http://cdn.site.test/ip"] * 8))
	END
}
