# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
packages=(bubblewrap curl)
unreached=yes
text='curl in a sandbox with this network'
servers() { serve_web; }
job() { says_pin bwrap --ro-bind / / --dev /dev --proc /proc --unshare-user --unshare-pid --unshare-ipc --die-with-parent curl -sS https://www.site.test/ip; }
