#!/bin/sh
# A stand-in for the entry point of node's images: what is no program is an argument of node.
set -e
if [ "${1#-}" != "$1" ] || ! command -v "$1" >/dev/null 2>&1; then
  set -- node "$@"
fi
exec "$@"
