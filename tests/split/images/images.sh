#!/usr/bin/env bash
# images.sh FOLDER: makes all stand-ins of images.txt in the engine of that folder, which runs.
# Fast where nothing changed since the last time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

docker() { "$here/docker.sh" . "$@"; }

stamp=$(cat "$here"/* parts.stamp | sha256sum)
[ "$(cat images.stamp 2>/dev/null)" != "$stamp" ] || exit 0
rm -f images.stamp

# Not anew where it is there: an import is never the same twice, and all others are made from it.
if [ ! -e parts/imported ]; then
  docker import --change 'CMD ["bash"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    - stand-in/debian <parts/debian.tar >/dev/null
  touch parts/imported
fi

rm -rf dockerfiles
cp -r "$here" dockerfiles
cp "$here"/{apk,adduser,node-entrypoint.sh} parts/
while read -r name tags; do
  [[ $name != "#"* && -n $name ]] || continue
  begin=$SECONDS
  docker build --quiet --network host --tag "stand-in/$name" \
    --file "/host/dockerfiles/$name.Dockerfile" /host/parts >images.log 2>&1 ||
    { cat images.log >&2; exit 1; }
  for tag in $tags; do
    docker tag "stand-in/$name" "$tag"
  done
  echo "stand-in/$name: $((SECONDS - begin)) s" >&2
done <"$here/images.txt"

# A shell for images that have none.
container=$(docker create alpine:latest)
docker cp --quiet "$container:/bin/busybox" /host/busybox
docker rm "$container" >/dev/null
echo "$stamp" >images.stamp
