# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2046,SC2154 # see lib/job.bash
category=wrapper
needs=(systemd-run)
text='curl as a unit'
version() { systemd-run --version; }
job() { not_here 'the service manager starts it, which bindto did not: systemd-run bindto … is the way round, and no systemd runs here'; }
