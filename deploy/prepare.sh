#!/bin/sh
# Makes what deploy/docker-compose.production.yml needs and a repository cannot have, each only where it is missing:
#   .env.production               from the example, with new secrets
#   deploy/tls/*.pem              a certificate that vouches for itself, until yours takes its place
#   deploy/secrets/metrics-token  the token that Prometheus reads figures with, signed with JWT_SECRET
#   deploy/secrets/netrc          logins of git hosts: none
# Run it in the root of the repository: deploy/prepare.sh [name of the host]
set -eu
host=${1:-localhost}
umask 077
command -v openssl >/dev/null || {
  echo 'prepare.sh: there is no openssl here: install it, and repeat.' >&2
  exit 1
}
[ -f deploy/.env.production.example ] || {
  echo 'prepare.sh: run it in the root of the repository, where deploy/ is.' >&2
  exit 2
}

if [ ! -e .env.production ]; then
  while IFS= read -r line; do
    case $line in
      PUBLIC_URL=*) echo "PUBLIC_URL=https://$host" ;;
      [A-Z]*=) echo "$line$(openssl rand -hex 32)" ;;
      *) printf '%s\n' "$line" ;;
    esac
  done <deploy/.env.production.example >.env.production.part
  mv .env.production.part .env.production
  echo 'prepare.sh: .env.production is new, and so are its secrets.'
fi

# Folders that nobody else enters; the files are read by the accounts of containers, which are none of this machine.
mkdir -p deploy/tls deploy/secrets
if [ ! -e deploy/tls/privkey.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=$host" \
    -addext "subjectAltName=DNS:$host,DNS:localhost,IP:127.0.0.1" -keyout deploy/tls/privkey.pem -out deploy/tls/fullchain.pem 2>/dev/null
  chmod 444 deploy/tls/*.pem
  echo "prepare.sh: deploy/tls has a certificate for $host that only this machine vouches for."
fi
if [ ! -e deploy/secrets/netrc ]; then
  echo '# machine git.example.org login reader password ...' >deploy/secrets/netrc
  chmod 444 deploy/secrets/netrc
fi

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
if [ ! -e deploy/secrets/metrics-token ]; then
  secret=$(sed -n 's/^JWT_SECRET=//p' .env.production)
  [ -n "$secret" ] || {
    echo 'prepare.sh: .env.production has no JWT_SECRET to sign a token with: write what `code-index tokens create prometheus` gives into deploy/secrets/metrics-token.' >&2
    exit 1
  }
  claims="{\"sub\":\"prometheus\",\"role\":\"reader\",\"exp\":$(($(date +%s) + 315360000))}"
  signed=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url).$(printf '%s' "$claims" | base64url)
  printf '%s.%s' "$signed" "$(printf '%s' "$signed" | openssl dgst -sha256 -hmac "$secret" -binary | base64url)" >deploy/secrets/metrics-token
  chmod 444 deploy/secrets/metrics-token
  echo 'prepare.sh: deploy/secrets/metrics-token is new.'
fi
