#!/usr/bin/env bash
# unpack.sh hx|emacs FOLDER: unpacks Helix or Emacs of Debian 13, and all that it runs on, into
# FOLDER/root, and makes FOLDER/hx or FOLDER/emacs, which starts it on this machine whatever its own
# libraries are. Fast where it is there. Needs mmdebstrap.
set -euo pipefail

fail() { printf '%s\n' "$*" >&2; exit 1; }

program=$1 folder=$2
case $program in
  hx) package=hx ;;
  emacs) package=emacs-nox ;;
  *) fail "Neither hx nor emacs: $program" ;;
esac
command -v mmdebstrap >/dev/null || fail "There is no mmdebstrap: .ci/test installs it."

mkdir -p "$folder"
cd "$folder"
if "./$program" --version >/dev/null 2>&1; then exit; fi
rm -rf root
mmdebstrap --quiet --variant=extract --aptopt='Apt::Install-Recommends "false"' \
  --include="$package" trixie root

# path PATTERN: the path in the root that is like it.
path() { find root -path "root/$1" -print -quit; }

# What the program has to be told, as it does not lie where it was built for.
case $program in
  hx)
    binary=root/usr/lib/hx/hx options=
    settings="export HELIX_RUNTIME=\"\$here/root/usr/lib/hx/runtime\""
    ;;
  emacs)
    # With the packages that are installed for this machine's own Emacs.
    dump=$(path '*/emacs-*.pdmp')
    binary=root/usr/bin/emacs-nox options="--dump-file=\"\$here/$dump\""
    settings="export EMACSLOADPATH=\"\$here/$(dirname "$(path 'usr/share/emacs/*/lisp/subr.elc')"):/usr/share/emacs/site-lisp\"
export EMACSDATA=\"\$here/$(path 'usr/share/emacs/*/etc')\"
export EMACSPATH=\"\$here/$(dirname "$dump")\""
    ;;
esac

cat >"$program" <<END
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")
$settings
exec "\$here/$(path 'usr/lib*/ld-linux-*')" \\
  --library-path "\$here/$(dirname "$(path '*/libc.so.6')")" \\
  "\$here/$binary" $options "\$@"
END
chmod +x "$program"
"./$program" --version | head -n 1
