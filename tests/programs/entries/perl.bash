# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=language
packages=(perl libwww-perl liblwp-protocol-https-perl)
text='LWP, over http and https'
version() { perl -e 'print $^V'; }
servers() { serve_web; }
job() {
	says_pin perl -MLWP::UserAgent -e 'my $ua = LWP::UserAgent->new(timeout => 10, ssl_opts => { SSL_ca_file => shift });
		for (@ARGV) { my $r = $ua->get($_); die $r->status_line unless $r->is_success; print $r->content }' \
		"$WORLD/ca.pem" https://www.site.test/ip http://cdn.site.test/ip
}
