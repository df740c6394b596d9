# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(apache2-bin curl)
text='a site, and a proxy to another'
version() { apache2 -v; }
servers() { serve_web; }
job() {
	{
		printf 'LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n' \
			mpm_event mpm_event authz_core authz_core alias alias proxy proxy proxy_http proxy_http
		printf '%s\n' "ServerName x" "Listen 8080" "DocumentRoot $WEB" "PidFile $PWD/pid" "ErrorLog $PWD/log" \
			"ProxyPass /far/ http://www.site.test/" "Mutex file:$PWD" "DefaultRuntimeDir $PWD"
	} >conf
	begin pinned apache2 -d "$PWD" -f "$PWD/conf" -D FOREGROUND
	only_on_pin 8080
	far curl -sS -o big "http://$pin4:8080/big.bin"
	same "$WEB/big.bin" big
	came_from $(far curl -sS "http://$pin4:8080/far/ip")
}
