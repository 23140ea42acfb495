#!/usr/bin/env bash
# Backs up the database of DATABASE_URL: dumps it, reads the dump from end to end, uploads it, removes what is too old.
# Run it every 15 minutes. Settings and exit codes: lib.sh.
#   backup.sh               makes one backup
#   backup.sh check [30]    exit code 1 when the newest backup is older than so many minutes
set -euo pipefail
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# 1 to 19; higher costs much more time than it saves room: most of the database is compressed already.
BACKUP_COMPRESS=${BACKUP_COMPRESS:-1}
[[ "$BACKUP_COMPRESS" =~ ^1?[1-9]$ ]] || fail 2 "BACKUP_COMPRESS is \"$BACKUP_COMPRESS\": give a level of zstd, 1 to 19."
# Where to write figures for node_exporter's textfile collector; empty: nowhere.
BACKUP_METRICS_FILE=${BACKUP_METRICS_FILE:-}

stored() {
  if has_bucket; then s3_list; else stored_here; fi
}

# Two runs never work at once: neither two on this machine (the folder), nor two anywhere on this database (its own lock).
take_locks() {
  exec 9>"$BACKUP_DIR/.lock"
  flock --nonblock 9 || fail 3 "Another backup is running with the folder $BACKUP_DIR: this one has done nothing."
  coproc HOLDER { psql --no-psqlrc --no-password --quiet --tuples-only --no-align --dbname="$DATABASE_ADDRESS" 2>&1; }
  local answer='' rest=''
  # The number is that of this lock alone: "backup" in telephone keys.
  printf 'SELECT pg_try_advisory_lock(222587);\n' >&"${HOLDER[1]}" || true
  read -r answer <&"${HOLDER[0]}" || true
  case "$answer" in
    t) return ;;
    f) fail 3 "Another backup of $DATABASE_NAME is running elsewhere: this one has done nothing." ;;
  esac
  read -r rest <&"${HOLDER[0]}" || true
  fail_database "$answer $rest"
}

# zstd: pg_dump's own gzip takes twice the processor's time for a larger file.
dump() {
  local file=$1
  {
    pg_dump --no-password --format=custom --compress=0 --no-owner --no-privileges --lock-wait-timeout=60s --dbname="$DATABASE_ADDRESS" | zstd -q "-$BACKUP_COMPRESS" -o "$file"
  } 2>"$SCRATCH/complaint" || {
    local why
    why=$(complaint "$SCRATCH/complaint")
    case "$why" in
      *'No space left'* | *'File too large'*) fail 1 "The disk of $BACKUP_DIR is full: free some space, or name another folder in BACKUP_DIR. $why" ;;
      *'server version mismatch'*) fail 1 "This pg_dump is older than the server: use one of the server's version. $why" ;;
      *) fail 1 "pg_dump failed: $why" ;;
    esac
  }
  # Reading everything back finds what a look at the table of contents does not.
  { zstd -qdc "$file" | pg_restore --file=/dev/null; } 2>"$SCRATCH/complaint" || fail 1 "The dump cannot be read back, and was thrown away: $(complaint "$SCRATCH/complaint")"
}

# What a backup is made of, for whoever restores it; a later line never changes the meaning of an earlier one.
write_manifest() {
  local name=$1 file=$2 part
  {
    printf 'code-index-backup 1\ncreated %s\ndatabase %s\n' "$CREATED" "$DATABASE_NAME"
    sql "SELECT 'server ' || current_setting('server_version') UNION ALL SELECT 'extension ' || extname || ' ' || extversion FROM pg_extension WHERE extname <> 'plpgsql'"
    printf 'bytes %s\nsha256 %s\n' "$(stat -c %s "$file")" "$(sha256sum <"$file" | cut -d' ' -f1)"
    for part in "$SCRATCH/$name".dump*; do printf 'part %s\n' "${part##*/}"; done
  } >"$SCRATCH/$name.manifest"
}

# Parts first, the manifest last: until it is there, nobody takes the parts for a backup.
upload() {
  local name=$1 file
  for file in "$SCRATCH/$name".dump* "$SCRATCH/$name.manifest"; do
    s3_put "$file" "${file##*/}" && continue
    local why=$S3_FAULT sent
    # The refused one too: an answer that got lost may have been a yes.
    for sent in "$SCRATCH/$name".dump* "$SCRATCH/$name.manifest"; do
      s3_delete "${sent##*/}" || break
      [[ "$sent" != "$file" ]] || break
    done
    keep_here "$name"
    write_metrics 0
    fail 4 "The backup $name is whole in $BACKUP_DIR, and not in the bucket, because $why. The next run makes a new one; this one is restored with S3_ENDPOINT empty."
  done
}

keep_here() {
  local file
  for file in "$SCRATCH/$1".dump* "$SCRATCH/$1.manifest"; do mv "$file" "$BACKUP_DIR/"; done
}

# Called after a success alone: while backups fail, the old ones stay. Manifests go first.
prune() {
  local name removed=0
  [[ "$BACKUP_KEEP_DAYS" != 0 ]] || return 0
  if has_bucket; then
    s3_list >"$SCRATCH/stored" || fail 1 "The backup was made; old ones were not removed, because $S3_FAULT."
    while read -r name; do
      s3_delete "$name" || fail 1 "The backup was made; $name is too old and was not removed, because $S3_FAULT."
      removed=$((removed + 1))
    done < <(too_old <"$SCRATCH/stored" | sort -t. -k2,2r)
  fi
  while read -r name; do
    rm -f "${BACKUP_DIR:?}/$name"
    has_bucket || removed=$((removed + 1))
  done < <(find "$BACKUP_DIR" -maxdepth 1 -type f -printf '%f\n' | too_old | sort -t. -k2,2r)
  say "$removed objects older than $BACKUP_KEEP_DAYS days were removed."
}

# Written beside and renamed, so that nobody reads half of it.
write_metrics() {
  local ok=$1
  [[ -n "$BACKUP_METRICS_FILE" ]] || return 0
  {
    printf '# HELP code_index_backup_succeeded Whether the last backup succeeded.\n# TYPE code_index_backup_succeeded gauge\ncode_index_backup_succeeded %s\n' "$ok"
    printf '# HELP code_index_backup_seconds How long it took.\n# TYPE code_index_backup_seconds gauge\ncode_index_backup_seconds %s\n' "$SECONDS"
    if [[ "$ok" == 1 ]]; then
      printf '# HELP code_index_backup_bytes Size of the newest backup.\n# TYPE code_index_backup_bytes gauge\ncode_index_backup_bytes %s\n' "$BYTES"
      printf '# HELP code_index_backup_success_timestamp_seconds When the newest backup began.\n# TYPE code_index_backup_success_timestamp_seconds gauge\ncode_index_backup_success_timestamp_seconds %s\n' "$(date -u -d "$CREATED" +%s)"
    else
      grep -E 'code_index_backup_(bytes|success_timestamp_seconds)' "$BACKUP_METRICS_FILE" 2>/dev/null || true
    fi
  } >"$BACKUP_METRICS_FILE.new"
  mv "$BACKUP_METRICS_FILE.new" "$BACKUP_METRICS_FILE"
}

make_backup() {
  take_locks
  # Only now, with both locks, is it sure that what other runs left belongs to dead ones.
  find "$BACKUP_DIR" -maxdepth 1 -name '.unfinished-backup.sh-*' ! -path "$SCRATCH" -exec rm -rf {} +
  CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  local name file
  name=${DATABASE_NAME}_$(date -u -d "$CREATED" +%Y%m%d_%H%M%S)
  file=$SCRATCH/$name.dump.zst
  dump "$file"
  BYTES=$(stat -c %s "$file")
  write_manifest "$name" "$file"
  if has_bucket; then
    if [[ "$BYTES" -gt "$S3_PART_BYTES" ]]; then
      split --bytes="$S3_PART_BYTES" --numeric-suffixes --suffix-length=4 "$file" "$file." 2>"$SCRATCH/complaint" || fail 1 "The dump cannot be cut into parts of $S3_PART_BYTES bytes: $(complaint "$SCRATCH/complaint")"
      rm "$file"
      sed -i '/^part /d' "$SCRATCH/$name.manifest"
      for file in "$SCRATCH/$name".dump.zst.*; do printf 'part %s\n' "${file##*/}" >>"$SCRATCH/$name.manifest"; done
    fi
    upload "$name"
    # The manifest stays in any case: servers that see this folder tell by it how old the newest backup is.
    if [[ "$BACKUP_KEEP_LOCAL" == true ]]; then keep_here "$name"; else mv "$SCRATCH/$name.manifest" "$BACKUP_DIR/"; fi
  else
    keep_here "$name"
  fi
  write_metrics 1
  say "Backup $name: $BYTES bytes in $SECONDS s, read back and whole."
  prune
}

check_age() {
  local minutes=$1 newest stamp
  [[ "$minutes" =~ ^[0-9]{1,6}$ ]] || fail 2 "\"$minutes\" is not a number of minutes."
  stored >"$SCRATCH/stored" || fail 1 "The age of the newest backup is not known, because $S3_FAULT."
  newest=$(backups_among <"$SCRATCH/stored" | tail -1)
  [[ -n "$newest" ]] || fail 1 "There is no backup of $DATABASE_NAME."
  stamp=${newest: -15}
  local age=$((($(date -u +%s) - $(date -u -d "${stamp:0:4}-${stamp:4:2}-${stamp:6:2} ${stamp:9:2}:${stamp:11:2}:${stamp:13:2}" +%s)) / 60))
  [[ "$age" -le "$minutes" ]] || fail 1 "The newest backup, $newest, is $age minutes old; $minutes are allowed."
  say "The newest backup, $newest, is $age minutes old."
}

read_database_url
check_settings
open_scratch
case "${1:-}" in
  '') make_backup ;;
  check) check_age "${2:-30}" ;;
  *) fail 2 "\"$1\" is not known: backup.sh, or backup.sh check [minutes]." ;;
esac
