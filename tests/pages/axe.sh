#!/usr/bin/env bash
# axe.sh - puts axe-core, which finds what keeps people from using a page, into
# build/axe/axe.min.js. Does nothing when it is there.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
VERSION=4.14.1
SHA256=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
mkdir -p build
exec 9>build/axe.lock
flock 9 # another group may be at it
[ ! -f build/axe/axe.min.js ] || exit 0
command -v npm >/dev/null || switch/install npm
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
npm pack --silent --pack-destination "$scratch" "axe-core@$VERSION" >/dev/null
printf '%s  %s\n' "$SHA256" "$scratch/axe-core-$VERSION.tgz" | sha256sum --check --quiet
mkdir -p build/axe
tar -xzf "$scratch/axe-core-$VERSION.tgz" -C build/axe --strip-components=1 package/axe.min.js
