#!/usr/bin/env bash
# Restores a backup into the database of DATABASE_URL. Stop servers and workers first. Settings and exit codes: lib.sh.
#   restore.sh list                      the backups there are, oldest first
#   restore.sh latest|NAME               into an empty database, as one transaction: all of it or nothing
#   restore.sh latest|NAME --jobs 4      faster, over several connections; a failure leaves a part, and says so
#   restore.sh latest|NAME --replace     in the place of what the database has, as one transaction
#   restore.sh latest|NAME --check       only fetches it and reads it from end to end
#   ... --of codeindex                   backups of that database, when DATABASE_URL names another: for a drill
#
#   RESTORE_MEMORY   what one index may use of the server's memory while it is built (maintenance_work_mem); 512MB
set -euo pipefail
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# What is restored belongs to the user of DATABASE_URL, whoever owned it when it was backed up.
AS_ANYBODY=()

fetch() {
  if has_bucket; then s3_get "$1" "$2" || fail 1 "$1 was not fetched, because $S3_FAULT."; else cp "$BACKUP_DIR/$1" "$2" || fail 1 "$1 cannot be read in $BACKUP_DIR."; fi
}

list_backups() {
  if has_bucket; then s3_list >"$SCRATCH/stored" || fail 1 "Backups cannot be listed, because $S3_FAULT."; else stored_here >"$SCRATCH/stored"; fi
  backups_among <"$SCRATCH/stored"
}

# Brings the dump to $SCRATCH/dump.zst, exactly as it was made.
fetch_backup() {
  local name=$1 part
  fetch "$name.manifest" "$SCRATCH/manifest"
  [[ "$(head -1 "$SCRATCH/manifest")" == 'code-index-backup 1' ]] || fail 1 "The manifest of $name is of a form that this restore.sh does not know: use the one that came with the newer backup.sh."
  : >"$SCRATCH/dump.zst"
  while read -r part; do
    [[ "$part" =~ ^[A-Za-z0-9_-]+\.dump\.zst(\.[0-9]+)?$ ]] || fail 1 "The manifest of $name names a part that is none: \"$part\"."
    fetch "$part" "$SCRATCH/part"
    cat "$SCRATCH/part" >>"$SCRATCH/dump.zst" 2>"$SCRATCH/complaint" || fail 1 "The disk of $BACKUP_DIR is full: $(complaint "$SCRATCH/complaint")"
    rm "$SCRATCH/part"
  done < <(field part "$SCRATCH/manifest")
  local wanted found
  wanted=$(field sha256 "$SCRATCH/manifest")
  found=$(sha256sum <"$SCRATCH/dump.zst" | cut -d' ' -f1)
  [[ "$found" == "$wanted" ]] || fail 1 "The backup $name is damaged: its SHA-256 is $found, and was $wanted when it was made ($(field bytes "$SCRATCH/manifest") bytes of $(field bytes "$SCRATCH/manifest")). The database was not touched; restore an earlier one (restore.sh list)."
  { zstd -qdc "$SCRATCH/dump.zst" | pg_restore --file=/dev/null; } 2>"$SCRATCH/complaint" || fail 1 "pg_restore cannot read the backup $name: $(complaint "$SCRATCH/complaint") The database was not touched."
  # Extensions belong to whoever may create them, and are there or not before the rest comes.
  pg_restore --list < <(zstd -qdc "$SCRATCH/dump.zst" 2>/dev/null) | grep -vE '^[0-9]+; [0-9]+ [0-9]+ (EXTENSION|COMMENT - EXTENSION) ' >"$SCRATCH/contents"
}

check_target() {
  local replace=$1 state tables others
  state=$(sql "SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')),
    (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend')" 2>"$SCRATCH/complaint") || fail_database "$(complaint "$SCRATCH/complaint")"
  read -r tables others <<<"$state"
  if [[ "$tables" != 0 && "$replace" != true ]]; then fail 3 "The database $DATABASE_NAME is not empty ($tables tables), and nothing was touched: name an empty one in DATABASE_URL, or say --replace."; fi
  if [[ "$others" != 0 ]]; then fail 3 "The database $DATABASE_NAME has $others other connections, and nothing was touched: stop servers and workers first."; fi
}

make_extensions() {
  local extension
  while read -r extension _; do
    sql "CREATE EXTENSION IF NOT EXISTS \"$extension\"" >/dev/null 2>"$SCRATCH/complaint" ||
      fail 1 "The extension $extension is missing in $DATABASE_NAME and cannot be created by this user: install it on the server and let a superuser run CREATE EXTENSION $extension in that database. $(complaint "$SCRATCH/complaint")"
  done < <(field extension "$SCRATCH/manifest")
}

# Empties the database and fills it in one transaction. pg_restore's own --clean cannot drop the keys of partitions.
replace_all() {
  {
    zstd -qdc "$SCRATCH/dump.zst" | pg_restore --file=- "${AS_ANYBODY[@]}" || printf '\n\\.\nSELECT 1 / 0 AS "the backup ended too early";\n'
  } | psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --single-transaction --dbname="$DATABASE_ADDRESS" --file="${0%/*}/empty-database.sql" --file=- >/dev/null
}

fill_empty() {
  local jobs=$1 how=(--no-password --exit-on-error "${AS_ANYBODY[@]}" --dbname="$DATABASE_ADDRESS")
  if [[ "$jobs" -gt 1 ]]; then
    # Several connections read at several places, which a stream does not offer.
    zstd -qd --rm "$SCRATCH/dump.zst" -o "$SCRATCH/dump" && pg_restore "${how[@]}" --jobs="$jobs" "$SCRATCH/dump"
  else
    zstd -qdc "$SCRATCH/dump.zst" | pg_restore "${how[@]}" --single-transaction
  fi
}

restore() {
  local name=$1 replace=$2 jobs=$3
  check_target "$replace"
  make_extensions
  AS_ANYBODY=(--no-owner --no-privileges --use-list="$SCRATCH/contents")
  if [[ "$replace" == true ]]; then
    replace_all 2>"$SCRATCH/complaint" || fail 1 "The database $DATABASE_NAME was not restored, and is as it was: $(complaint "$SCRATCH/complaint")"
  else
    fill_empty "$jobs" 2>"$SCRATCH/complaint" || {
      local state='and is as it was'
      if [[ "$jobs" -gt 1 ]]; then state='and has a part of the backup now: drop it and create it again before you try again'; fi
      fail 1 "The database $DATABASE_NAME was not restored, $state: $(complaint "$SCRATCH/complaint")"
    }
  fi
  # Statistics are not in a dump; without them the first questions are planned blindly.
  sql 'SET client_min_messages = error; ANALYZE' >/dev/null
  say "Restored $name into $DATABASE_NAME in $SECONDS s: $(field bytes "$SCRATCH/manifest") bytes, made $(field created "$SCRATCH/manifest")."
}

usage() { fail 2 "${1:-}usage: restore.sh list, or restore.sh latest|NAME [--replace | --jobs N | --check] [--of DATABASE]."; }

main() {
  local wanted=${1:-} replace=false jobs=1 check=false of=''
  [[ -n "$wanted" ]] || usage
  shift
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --replace) replace=true ;;
      --check) check=true ;;
      --of)
        [[ "${2:-}" =~ ^[A-Za-z0-9_-]+$ ]] || usage "\"${2:-}\" is not the name of a database; "
        of=$2
        shift
        ;;
      --jobs)
        [[ "${2:-}" =~ ^[1-9][0-9]?$ ]] || usage "\"${2:-}\" is not a number of jobs; "
        jobs=$2
        shift
        ;;
      *) usage "\"$1\" is not known; " ;;
    esac
    shift
  done
  if [[ "$replace" == true && "$jobs" -gt 1 ]]; then usage '--replace is one transaction and goes over one connection; '; fi
  read_database_url
  BACKUP_OF=${of:-$DATABASE_NAME}
  export PGOPTIONS="$PGOPTIONS -c maintenance_work_mem=${RESTORE_MEMORY:-512MB}"
  check_settings
  open_scratch
  list_backups >"$SCRATCH/backups"
  if [[ "$wanted" == list ]]; then
    cat "$SCRATCH/backups"
    return
  fi
  if [[ "$wanted" == latest ]]; then wanted=$(tail -1 "$SCRATCH/backups"); fi
  grep -qxF -- "${wanted:-none}" "$SCRATCH/backups" || fail 1 "There is no backup \"${wanted:-latest}\" of $DATABASE_NAME: restore.sh list shows those that are there."
  fetch_backup "$wanted"
  if [[ "$check" == true ]]; then
    say "The backup $wanted is whole: $(field bytes "$SCRATCH/manifest") bytes, made $(field created "$SCRATCH/manifest")."
    return
  fi
  restore "$wanted" "$replace" "$jobs"
}

main "$@"
