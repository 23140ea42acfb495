#!/bin/sh
# Installs pgvector for the PostgreSQL of this machine. Does nothing where the server has it; installs Debian's package
# where there is one; else (Debian 12) builds it from the source package of a newer Debian. Needs root and apt.
#   scripts/install-pgvector.sh [release]     the release whose source is taken; trixie (Debian 13) by default
set -eu
release=${1:-trixie}
fail() {
  echo "pgvector: $1" >&2
  exit 1
}

config=$(find /usr/lib/postgresql -path '*/bin/postgres' 2>/dev/null | sort -t/ -k5 -n | tail -1)
[ -n "$config" ] || fail 'there is no server in /usr/lib/postgresql: install the package postgresql first.'
version=$(basename "$(dirname "$(dirname "$config")")")
control=/usr/share/postgresql/$version/extension/vector.control
if [ -e "$control" ]; then exit 0; fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if apt-cache show "postgresql-$version-pgvector" >/dev/null 2>&1; then
  apt-get install -y -qq --no-install-recommends "postgresql-$version-pgvector" >/dev/null
  exit 0
fi
apt-get install -y -qq --no-install-recommends "postgresql-server-dev-$version" dpkg-dev gcc libc6-dev make >/dev/null

# The machine's own mirror: the first address that has this machine's release, in either of apt's two forms.
own_release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(IDENTIFIER)' | sed -n "s/ $own_release Packages$//p" | head -1)
[ -n "$mirror" ] || fail "apt's sources on this machine name no mirror of $own_release."

# Lists in a folder of their own: the machine's apt never sees the newer release, so nothing of it is installed later.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/lists/partial"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$folder/sources.list"
newer() {
  apt-get -qq -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$folder/lists" \
    -o "Dir::Cache::pkgcache=$folder/pkgcache.bin" -o "Dir::Cache::srcpkgcache=$folder/srcpkgcache.bin" -o APT::Sandbox::User=root "$@"
}
newer update
cd "$folder"
# apt compares the files with the release's signed list; the maintainer's own signature would need one more keyring.
newer source --download-only pgvector >/dev/null
dpkg-source --no-check -x pgvector_*.dsc source >/dev/null

# Without the instructions of this processor alone, and without LLVM's bitcode, which would need clang.
build() {
  make -s -C source PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" OPTFLAGS='' with_llvm=no "$@" >/dev/null
}
build || fail "the source of $release does not build against PostgreSQL $version."
build install
echo "pgvector: installed $(sed -nE "s/^default_version = '(.*)'/\1/p" "$control") for PostgreSQL $version."
