#!/usr/bin/env bash
# unpack.sh emacs|hx|nvim RELEASE FOLDER: unpacks that editor of a Debian release, and all that it runs
# on, into FOLDER/root, and makes FOLDER/bin/EDITOR, which starts it on this machine whatever its own
# libraries are. Fast where it is there. Needs mmdebstrap.
set -euo pipefail

fail() { printf '%s\n' "$*" >&2; exit 1; }

editor=$1 release=$2 folder=$3
case $editor in
  emacs) package=emacs-nox ;;
  hx) package=hx ;;
  nvim) package=neovim ;;
  *) fail "Neither emacs nor hx nor nvim: $editor" ;;
esac
command -v mmdebstrap >/dev/null || fail "There is no mmdebstrap: .ci/test installs it."

mkdir -p "$folder/bin"
cd "$folder"
if "bin/$editor" --version >/dev/null 2>&1; then exit; fi
rm -rf root
mmdebstrap --quiet --variant=extract --aptopt='Apt::Install-Recommends "false"' \
  --include="$package" "$release" root

# path PATTERN: the path in the root that is like it.
path() { find root -path "root/$1" -print -quit; }

# What the editor has to be told, as it does not lie where it was built for.
options=
case $editor in
  emacs)
    # With the packages that are installed for this machine's own Emacs.
    dump=$(path '*/emacs-*.pdmp')
    binary=root/usr/bin/emacs-nox options="--dump-file=\"\$here/$dump\""
    settings="export EMACSLOADPATH=\"\$here/$(dirname "$(path 'usr/share/emacs/*/lisp/subr.elc')"):/usr/share/emacs/site-lisp\"
export EMACSDATA=\"\$here/$(path 'usr/share/emacs/*/etc')\"
export EMACSPATH=\"\$here/$(dirname "$dump")\""
    ;;
  hx)
    binary=root/usr/lib/hx/hx
    settings="export HELIX_RUNTIME=\"\$here/root/usr/lib/hx/runtime\""
    ;;
  nvim)
    binary=root/usr/bin/nvim
    settings="export VIMRUNTIME=\"\$here/root/usr/share/nvim/runtime\""
    ;;
esac

# Debian 13 has all below /usr, Debian 12 not. Neovim looks for its own libraries from where the program
# is that runs, which is the loader.
libraries=$(dirname "$(path '*/libc.so.6')")
cp --dereference "$(path '*/ld-linux-*')" root/usr/bin/loader
cat >"bin/$editor" <<END
#!/bin/sh
here=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
$settings
exec "\$here/root/usr/bin/loader" \\
  --library-path "\$here/$libraries:\$here/root/usr/lib/$(basename "$libraries")" \\
  "\$here/$binary" $options "\$@"
END
chmod +x "bin/$editor"
"bin/$editor" --version | head -n 1
