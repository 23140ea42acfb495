#!/usr/bin/env bash
# What the scripts of this folder share: settings from the environment, sentences for faults, the database, the bucket.
#
#   DATABASE_URL          postgresql://user:password@host:port/database; its password never stands in a list of processes
#   BACKUP_DIR            folder for copies while they are made, and for good where there is no bucket; /backups/postgres
#   BACKUP_KEEP_DAYS      days after which backups are removed; 7; 0 keeps all
#   BACKUP_KEEP_LOCAL     true: the copy stays in BACKUP_DIR too after it is in the bucket; false
#   S3_ENDPOINT           https://host[:port] of any S3-compatible store; empty: backups stay in BACKUP_DIR
#   S3_BUCKET S3_REGION   the bucket, which must exist, and its region (us-east-1)
#   S3_PREFIX             what the names of objects begin with; postgres
#   S3_ACCESS_KEY_ID S3_SECRET_ACCESS_KEY
#
# Exit codes: 0 done · 1 failed, nothing half-written counts as a backup · 2 a setting or an argument is wrong ·
# 3 refused (another run, a database that is not empty) · 4 the backup is whole in BACKUP_DIR, and the bucket lacks it.

# shellcheck disable=SC2034

BACKUP_DIR=${BACKUP_DIR:-/backups/postgres}
BACKUP_KEEP_DAYS=${BACKUP_KEEP_DAYS:-7}
BACKUP_KEEP_LOCAL=${BACKUP_KEEP_LOCAL:-false}
S3_ENDPOINT=${S3_ENDPOINT:-}
S3_ENDPOINT=${S3_ENDPOINT%/}
S3_BUCKET=${S3_BUCKET:-}
S3_REGION=${S3_REGION:-us-east-1}
S3_PREFIX=${S3_PREFIX:-postgres}
# One request of S3 takes 5 GB at most: a larger copy becomes several objects. In bytes.
S3_PART_BYTES=${S3_PART_BYTES:-4000000000}
SCRATCH=
# Why the last request to the bucket failed, without a full stop at its end.
S3_FAULT=

say() { printf '%s\n' "$*" >&2; }

# fail CODE WHAT: one sentence on stderr; what was begun is removed by the trap of the script.
fail() {
  say "${0##*/}: $2"
  exit "$1"
}

# The last lines of what a program complained about, as one line.
complaint() { tail -n 3 "$1" | tr '\n' ' ' | sed -e 's/  */ /g' -e 's/ $//'; }

check_settings() {
  [[ "$BACKUP_KEEP_DAYS" =~ ^[0-9]{1,5}$ ]] || fail 2 "BACKUP_KEEP_DAYS is \"$BACKUP_KEEP_DAYS\": give a whole number of days, 0 to keep all."
  [[ "$S3_PART_BYTES" =~ ^[1-9][0-9]{0,9}$ ]] || fail 2 "S3_PART_BYTES is \"$S3_PART_BYTES\": give a number of bytes, 5000000000 at most."
  [[ "$S3_PREFIX" =~ ^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$ ]] || fail 2 "S3_PREFIX is \"$S3_PREFIX\": letters, digits, dots, dashes and single slashes between them."
  if has_bucket; then
    [[ "$S3_ENDPOINT" =~ ^https?://[^/]+$ ]] || fail 2 "S3_ENDPOINT is \"$S3_ENDPOINT\": give https://host or https://host:port, without the bucket."
    [[ "$S3_BUCKET" =~ ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$ ]] || fail 2 "S3_BUCKET is \"$S3_BUCKET\": give the name of an existing bucket."
    [[ -n "${S3_ACCESS_KEY_ID:-}" && -n "${S3_SECRET_ACCESS_KEY:-}" ]] || fail 2 'S3_ENDPOINT is set without S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY: set all three, or none.'
  fi
  mkdir -p "$BACKUP_DIR" 2>/dev/null || fail 2 "The folder $BACKUP_DIR cannot be made: give this user the right to write there, or name another in BACKUP_DIR."
  [[ -w "$BACKUP_DIR" ]] || fail 2 "The folder $BACKUP_DIR cannot be written: give this user the right to, or name another in BACKUP_DIR."
}

has_bucket() { [[ -n "$S3_ENDPOINT" ]]; }

# A folder for what is not finished; it goes when the script ends, however it ends.
open_scratch() {
  umask 077
  SCRATCH=$(mktemp -d "$BACKUP_DIR/.unfinished-${0##*/}-XXXXXXXX")
  trap 'close_scratch' EXIT
  trap 'exit 130' INT TERM HUP
}

close_scratch() {
  if [[ -n "$SCRATCH" ]]; then rm -rf "$SCRATCH"; fi
}

# --- the database ---

# Takes DATABASE_URL apart, because every argument of a program can be read by everybody on the machine.
read_database_url() {
  local pattern='^postgres(ql)?://([^:@/]*)(:([^@/]*))?@([^?]*)(\?.*)?$'
  [[ "${DATABASE_URL:-}" =~ $pattern ]] || fail 2 'DATABASE_URL is not of the form postgresql://user:password@host:port/database, with %-codes for the signs / @ : ? in the password.'
  local place=${BASH_REMATCH[5]} options=${BASH_REMATCH[6]:-}
  DATABASE_ADDRESS="postgresql://${BASH_REMATCH[2]}@$place$options"
  if [[ -n "${BASH_REMATCH[3]:-}" ]]; then
    local coded=${BASH_REMATCH[4]//\\/\\\\}
    printf -v PGPASSWORD '%b' "${coded//%/\\x}"
    export PGPASSWORD
  fi
  [[ "$place" == */?* ]] || fail 2 'DATABASE_URL names no database: add /codeindex, or whatever it is called.'
  DATABASE_NAME=${place#*/}
  [[ "$DATABASE_NAME" =~ ^[A-Za-z0-9_-]+$ ]] || fail 2 "The database \"$DATABASE_NAME\" has a name that does not fit into a file name: letters, digits, _ and - do."
  BACKUP_OF=$DATABASE_NAME
  export PGCONNECT_TIMEOUT=${PGCONNECT_TIMEOUT:-10} PGAPPNAME=code-index-${0##*/}
  # Limits that a role may have for questions would end what takes minutes by its nature.
  export PGOPTIONS="${PGOPTIONS:-} -c statement_timeout=0 -c idle_session_timeout=0"
}

# sql STATEMENT: its rows, columns parted by a tab. Never asks for a password.
sql() {
  psql --no-psqlrc --no-password --quiet --tuples-only --no-align --field-separator=$'\t' --set=ON_ERROR_STOP=1 --dbname="$DATABASE_ADDRESS" --command="$1"
}

# Ends with why the database does not answer, in its own words, and what helps.
fail_database() {
  case "$1" in
    *'password authentication failed'* | *'no password supplied'*) fail 1 "The database refuses the user or the password in DATABASE_URL: $1" ;;
    *database*'does not exist'*) fail 1 "There is no database $DATABASE_NAME on that server: create it (createdb), then run this again. $1" ;;
    *) fail 1 "The database does not answer: $1 Check DATABASE_URL and that the server runs." ;;
  esac
}

# --- the bucket ---

# s3 METHOD PATH [curl's options]: the answer's body in $SCRATCH/answer. The keys go in by standard input.
s3() {
  local method=$1 address=$2 key=${S3_ACCESS_KEY_ID//\\/\\\\} secret=${S3_SECRET_ACCESS_KEY//\\/\\\\} status
  shift 2
  rm -f "$SCRATCH/answer"
  # The digest of what is sent is signed with the rest: the bucket refuses what does not arrive as it was.
  local sent=/dev/null digest
  if [[ "${1:-}" == --upload-file ]]; then sent=$2; fi
  digest=$(sha256sum <"$sent")
  status=$(curl --config - --silent --show-error --request "$method" --aws-sigv4 "aws:amz:$S3_REGION:s3" --output "$SCRATCH/answer" --write-out '%{http_code}' \
    --connect-timeout 10 --speed-limit 1024 --speed-time 60 --retry 2 --retry-connrefused --header "x-amz-content-sha256: ${digest%% *}" "$@" "$S3_ENDPOINT/$S3_BUCKET$address" 2>"$SCRATCH/complaint" \
    <<<"user = \"${key//\"/\\\"}:${secret//\"/\\\"}\"") || {
    S3_FAULT="the bucket's server at $S3_ENDPOINT does not answer: $(complaint "$SCRATCH/complaint")"
    return 1
  }
  [[ "$status" == 2* ]] && return 0
  S3_FAULT="the bucket $S3_BUCKET answered $status to $method $address: $(sed -nE 's/.*<Code>([^<]*)<\/Code>.*/\1/p' "$SCRATCH/answer" 2>/dev/null | head -1) $(sed -nE 's/.*<Message>([^<]*)<\/Message>.*/\1/p' "$SCRATCH/answer" 2>/dev/null | head -1)"
  return 1
}

s3_put() { s3 PUT "/$S3_PREFIX/$2" --upload-file "$1"; }

s3_get() { s3 GET "/$S3_PREFIX/$1" && mv "$SCRATCH/answer" "$2"; }

s3_delete() { s3 DELETE "/$S3_PREFIX/$1"; }

# Names of all objects under the prefix, without it, one a line.
s3_list() {
  local after='' coded=${S3_PREFIX//\//%2F}
  while :; do
    # The parts of the question stand in the order of the alphabet, because they are signed as they stand.
    s3 GET "/?${after}list-type=2&prefix=$coded%2F" || return 1
    grep -oE '<Key>[^<]*</Key>' "$SCRATCH/answer" | sed -e 's/<[^>]*>//g' -e "s|^$S3_PREFIX/||" || true
    grep -q '<IsTruncated>true</IsTruncated>' "$SCRATCH/answer" || return 0
    after=$(sed -nE 's/.*<NextContinuationToken>([^<]*)<.*/\1/p' "$SCRATCH/answer" | sed -e 's/%/%25/g' -e 's/+/%2B/g' -e 's|/|%2F|g' -e 's/=/%3D/g' -e 's/&amp;/%26/g')
    [[ -n "$after" ]] || { S3_FAULT='the bucket said that there are more objects, and not after which'; return 1; }
    after="continuation-token=$after&"
  done
}

# --- names ---

# codeindex_20260102_030405: what belongs to one backup begins so; the manifest is written last and makes it a backup.
STAMP_PATTERN='[0-9]{8}_[0-9]{6}'

# Names of whole backups of BACKUP_OF, oldest first: stdin has names of objects or files.
backups_among() { sed -nE "s/^(${BACKUP_OF}_${STAMP_PATTERN})\.manifest$/\1/p" | sort; }

# Names of the files in BACKUP_DIR, without manifests of backups whose dump is in a bucket.
stored_here() {
  local name
  find "$BACKUP_DIR" -maxdepth 1 -type f -printf '%f\n' | while read -r name; do
    [[ "$name" == *.manifest && ! -e "$BACKUP_DIR/${name%.manifest}.dump.zst" && ! -e "$BACKUP_DIR/${name%.manifest}.dump.zst.0000" ]] || printf '%s\n' "$name"
  done
}

# Of the names on stdin those that are older than BACKUP_KEEP_DAYS: manifests, dumps, and parts that never got a manifest.
too_old() {
  local limit
  limit=$(date -u -d "$BACKUP_KEEP_DAYS days ago" +%Y%m%d_%H%M%S)
  sed -nE "s/^${DATABASE_NAME}_($STAMP_PATTERN)\..*/\1 &/p" | awk -v limit="$limit" '$1 < limit { print $2 }'
}

# The value of one word of a manifest: `field sha256 FILE`.
field() { sed -nE "s/^$1 //p" "$2"; }
