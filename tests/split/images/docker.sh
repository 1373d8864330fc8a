#!/usr/bin/env bash
# docker.sh FOLDER ARGUMENT..: docker for the dockerd.sh of that folder, in its name space: paths of
# FOLDER begin with /host.
set -euo pipefail
pid=$(cat "$1/dockerd.pid")
exec nsenter --mount --target "$pid" -- \
  /usr/bin/env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root \
  docker --host unix:///host/docker.sock "${@:2}"
