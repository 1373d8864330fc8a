#!/usr/bin/env bash
# dockerd.sh FOLDER: becomes the dockerd that prepare.sh put there. It listens at FOLDER/docker.sock.
#
# Its root is a mount point of its own, since it makes that read-only for a moment; FOLDER is /host
# in it. Whoever wants to run a program there enters its name space: `nsenter --mount --target PID`.
# No bridge and no packet filter: those would be the machine's.
set -euo pipefail
FOLDER=$(cd "$1" && pwd)
export FOLDER
exec unshare --mount --propagation private bash -ec '
  root=$FOLDER/engine
  mount --bind "$root" "$root"
  mkdir -p "$root"/{host,proc,sys,dev,tmp,run,var/lib,old}
  mount --bind "$FOLDER" "$root/host"
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  cd "$root"
  pivot_root . old
  umount --lazy /old
  cd /
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
  exec dockerd --storage-driver=overlay2 --iptables=false --ip6tables=false --bridge=none \
    --data-root /host/data --exec-root /run/split --pidfile /host/dockerd.pid \
    --host unix:///host/docker.sock
'
