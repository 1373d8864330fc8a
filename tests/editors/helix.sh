#!/usr/bin/env bash
# helix.sh FOLDER: unpacks Helix of Debian 13 and the libraries it runs on into FOLDER/root, and
# makes FOLDER/hx, which starts it on this machine whatever its own libraries are. Fast where it is
# there. Needs mmdebstrap.
set -euo pipefail

command -v mmdebstrap >/dev/null || { echo "There is no mmdebstrap: .ci/test installs it." >&2; exit 1; }
mkdir -p "$1"
cd "$1"

"$PWD/hx" --version >/dev/null 2>&1 && exit
rm -rf root
mmdebstrap --quiet --variant=extract --include=hx,libc6,libgcc-s1 trixie root

loader=$(find root/usr/lib root/usr/lib64 -maxdepth 1 -name 'ld-linux-*' -print -quit)
libraries=$(dirname "$(find root -name libgcc_s.so.1 -print -quit)")
cat >hx <<END
#!/bin/sh
folder=\$(dirname "\$(readlink -f "\$0")")
HELIX_RUNTIME=\$folder/root/usr/lib/hx/runtime exec "\$folder/$loader" \\
  --library-path "\$folder/$libraries" "\$folder/root/usr/lib/hx/hx" "\$@"
END
chmod +x hx
./hx --version
