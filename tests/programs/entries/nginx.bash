# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=server
packages=(nginx curl)
needs=(nginx)
text='a site on both families, a proxy to another, a reload'
version() { nginx -v; }
servers() { serve_web; }
job() {
	cat >conf <<-END
		daemon off; pid $PWD/pid; error_log stderr; events {}
		http {
			access_log off; client_body_temp_path $PWD/1; proxy_temp_path $PWD/2;
			fastcgi_temp_path $PWD/3; uwsgi_temp_path $PWD/4; scgi_temp_path $PWD/5;
			server {
				listen 8080; listen [::]:8080;
				location /here { return 200 here; }
				location / { proxy_pass http://www.site.test; }
			}
		}
	END
	begin pinned nginx -p "$PWD" -c "$PWD/conf"
	only_on_pin 8080
	[ -z "$pin6" ] || has here far curl -sS "http://[$pin6]:8080/here"
	kill -HUP "$(cat pid)"
	has here far curl -sS "http://$pin4:8080/here"
	came_from $(far curl -sS "http://$pin4:8080/ip")
}
