#!/bin/sh
# Builds and installs pgvector from the source package of a newer Debian, where the installed Debian has no package of it
# (Debian 12 has none). Does nothing where the server has it. Needs the server's headers, dpkg-dev, gcc and make.
#   scripts/install-pgvector.sh [release]     the release whose source is taken; trixie (Debian 13) by default
set -eu
release=${1:-trixie}

config=$(ls /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -t/ -k5 -n | tail -1)
if [ -z "$config" ]; then config=$(command -v pg_config) || { echo "pgvector: no pg_config here; install postgresql and its postgresql-server-dev package first." >&2; exit 1; }; fi
if [ -e "$("$config" --sharedir)/extension/vector.control" ]; then exit 0; fi
if [ ! -e "$("$config" --pgxs)" ]; then echo "pgvector: the server's headers are missing; install its postgresql-server-dev package." >&2; exit 1; fi

# The machine's own mirror: the first entry that has this machine's release, in either of the two forms of entries.
. /etc/os-release
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
  sed -nE "s/^deb +(\[[^]]*\] +)?([^ ]+) +$VERSION_CODENAME +.*/\2/p" | head -1)
if [ -z "$mirror" ]; then
  mirror=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
    awk -v release="$VERSION_CODENAME" 'BEGIN { RS = "" } $0 ~ "Suites:([^\n]* )?" release "( |\n|$)" { n = split($0, lines, "\n"); for (i = 1; i <= n; i++) if (sub(/^URIs: */, "", lines[i])) { split(lines[i], uris, " "); print uris[1]; exit } }')
fi
if [ -z "$mirror" ]; then echo "pgvector: apt's sources on this machine name no mirror of $VERSION_CODENAME." >&2; exit 1; fi

# A list of its own, in a folder of its own: the machine's apt never sees the newer release.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
mkdir -p "$folder/lists/partial" "$folder/build"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb-src [signed-by=$keyring] $mirror $release main" >"$folder/sources.list"
own() {
  apt-get -qq -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$folder/lists" \
    -o "Dir::Cache::pkgcache=$folder/pkgcache.bin" -o "Dir::Cache::srcpkgcache=$folder/srcpkgcache.bin" -o APT::Sandbox::User=root "$@"
}
own update
(cd "$folder/build" && own source --download-only pgvector >/dev/null && dpkg-source --no-check -x pgvector_*.dsc source >/dev/null)

# No processor's own instructions: what is built here may run elsewhere. No LLVM bitcode: it would need clang.
make -s -C "$folder/build/source" PG_CONFIG="$config" OPTFLAGS="" with_llvm=no
make -s -C "$folder/build/source" PG_CONFIG="$config" OPTFLAGS="" with_llvm=no install
echo "pgvector: installed $(sed -nE "s/^default_version = '(.*)'/\1/p" "$("$config" --sharedir)/extension/vector.control") for $("$config" --version)."
