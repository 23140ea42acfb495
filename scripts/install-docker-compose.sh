#!/bin/sh
# Installs Docker Compose 2, which reads and checks compose files without an engine. Does nothing where it is there; else
# takes Debian's package, of a newer release where this machine's has version 1 (Debian 12). Needs root and apt.
#   scripts/install-docker-compose.sh [release]     trixie (Debian 13) by default
set -eu
release=${1:-trixie}
fail() {
  echo "docker-compose: $1" >&2
  exit 1
}
is_new() {
  case $(docker-compose version --short 2>/dev/null) in
    '' | v1.* | 1.*) return 1 ;;
  esac
}

if is_new; then exit 0; fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
case $(apt-cache policy docker-compose | sed -n 's/^  Candidate: //p') in
  '' | '(none)' | 1.*) ;;
  *)
    apt-get install -y -qq --no-install-recommends docker-compose >/dev/null
    exit 0
    ;;
esac

# The machine's own mirror: the first address that has this machine's release, in either of apt's two forms.
own_release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(IDENTIFIER)' | sed -n "s/ $own_release Packages$//p" | head -1)
[ -n "$mirror" ] || fail "apt's sources on this machine name no mirror of $own_release."

# Lists in a folder of their own: the machine's apt never sees the newer release, so nothing else of it is installed.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/lists/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$folder/sources.list"
newer() {
  apt-get -qq -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$folder/lists" \
    -o "Dir::Cache::pkgcache=$folder/pkgcache.bin" -o "Dir::Cache::srcpkgcache=$folder/srcpkgcache.bin" -o APT::Sandbox::User=root "$@"
}
newer update
cd "$folder"
newer download docker-compose
dpkg -i docker-compose_*.deb >/dev/null
is_new || fail "the package of $release does not run here."
