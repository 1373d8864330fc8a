#!/usr/bin/env bash
# neovim.sh FOLDER RELEASE: unpacks the Neovim of a Debian release and the libraries it runs on into
# FOLDER/root, and makes FOLDER/bin/nvim, which starts it on this machine whatever its own libraries
# are. Fast where it is there. Needs mmdebstrap and Debian's mirror in apt's sources.
set -euo pipefail

fail() { printf '%s\n' "$*" >&2; exit 1; }

command -v mmdebstrap >/dev/null || fail "There is no mmdebstrap: .ci/test installs it."
mkdir -p "$1/bin"
cd "$1"

bin/nvim --version >/dev/null 2>&1 && exit
rm -rf root

sources=(/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list)
mirror=$(sed -nE 's/^(URIs:|deb( \[[^]]*\])?) +([^ ]+).*/\3/p' "${sources[@]}" 2>/dev/null |
  grep -v security | head -n 1 || true)
[ -n "$mirror" ] || fail "apt's sources name no mirror of Debian."
mmdebstrap --quiet --variant=extract --aptopt='Apt::Install-Recommends "false"' \
  --include=neovim "$2" root "$mirror"

# Debian 13 has all below /usr, Debian 12 not.
loader=$(find root/lib root/usr/lib -path '*-linux-gnu/ld-linux-*' -print -quit 2>/dev/null || true)
[ -n "$loader" ] || fail "Debian's libc6 has no loader where one was looked for."
triplet=$(basename "$(dirname "$loader")")
# Neovim looks for its own libraries from where the program is that runs, which is the loader.
cp --dereference "$loader" root/usr/bin/loader
cat >bin/nvim <<END
#!/bin/sh
root=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")/root
VIMRUNTIME=\$root/usr/share/nvim/runtime exec "\$root/usr/bin/loader" \\
  --library-path "\$root/lib/$triplet:\$root/usr/lib/$triplet" "\$root/usr/bin/nvim" "\$@"
END
chmod +x bin/nvim
bin/nvim --version | head -n 1
