#!/usr/bin/env bash
# Point-in-time recovery, for databases that are too large to be dumped every 15 minutes: a base backup now and then, and
# the write-ahead log as it is written. Settings and exit codes: lib.sh; the user of DATABASE_URL needs REPLICATION.
#   pitr.sh base                        a copy of the whole server's files; once a day
#   pitr.sh receive [60]                runs for ever: follows the log and brings it to the bucket every so many seconds
#   pitr.sh list                        the base backups there are
#   pitr.sh restore FOLDER [TIME]       the server's files as of TIME (2026-01-02 03:04:05+00), or of the last moment;
#                                       FOLDER becomes the data folder: start PostgreSQL of the same version on it
set -euo pipefail
# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# The name of the place that the server keeps for the receiver: it throws away nothing that was not fetched yet.
SLOT=${PITR_SLOT:-code_index_backup}

need_bucket() {
  has_bucket || fail 2 'Point-in-time recovery keeps its files in a bucket: set S3_ENDPOINT and the others.'
}

take_base() {
  local name file part sent stamp
  exec 9>"$BACKUP_DIR/.lock-base"
  flock --nonblock 9 || fail 3 'Another base backup is running here: this one has done nothing.'
  stamp=$(date -u +%Y%m%d_%H%M%S)
  name=base_$stamp
  file=$SCRATCH/$name.tar.zst
  # The place in the log is taken before the copy begins, so that nothing between the copy and the receiver is lost.
  make_slot
  # With the log of its own duration, so that it can be started even where no other log is left.
  { pg_basebackup --no-password --dbname="$DATABASE_ADDRESS" --pgdata=- --format=tar --wal-method=fetch --checkpoint=fast --label="$name" | zstd -q -1 -o "$file"; } 2>"$SCRATCH/complaint" || fail_base
  # Reads all of it, for the name of the first segment of the log that it needs.
  { zstd -qdc "$file" | tar -xO backup_label >"$SCRATCH/label"; } 2>"$SCRATCH/complaint" || fail 1 "The base backup cannot be read back, and was thrown away: $(complaint "$SCRATCH/complaint")"
  part=$(sed -nE 's/^START WAL LOCATION: .*\(file ([0-9A-F]{24})\)$/\1/p' "$SCRATCH/label")
  [[ -n "$part" ]] || fail 1 'The base backup does not say which log it needs, and was thrown away.'
  printf 'code-index-base 1\ncreated %s\nstart %s\nbytes %s\nsha256 %s\n' "$(date -u -d "${stamp:0:8} ${stamp:9:2}:${stamp:11:2}:${stamp:13:2}" +%Y-%m-%dT%H:%M:%SZ)" "$part" "$(stat -c %s "$file")" "$(sha256sum <"$file" | cut -d' ' -f1)" >"$SCRATCH/$name.manifest"
  split --bytes="$S3_PART_BYTES" --numeric-suffixes --suffix-length=4 "$file" "$file." && rm "$file"
  for part in "$file".*; do printf 'part %s\n' "${part##*/}" >>"$SCRATCH/$name.manifest"; done
  for part in "$file".* "$SCRATCH/$name.manifest"; do
    s3_put "$part" "${part##*/}" && continue
    local why=$S3_FAULT
    for sent in "$file".*; do s3_delete "${sent##*/}" || break; done
    fail 1 "The base backup is not in the bucket, because $why."
  done
  say "Base backup $name: $(field bytes "$SCRATCH/$name.manifest") bytes in $SECONDS s, from segment $(field start "$SCRATCH/$name.manifest")."
  prune
}

# By SQL, because pg_receivewal's own --create-slot keeps nothing before somebody first connects.
make_slot() {
  [[ "$SLOT" =~ ^[a-z0-9_]{1,63}$ ]] || fail 2 "PITR_SLOT is \"$SLOT\": small letters, digits and _."
  sql "SELECT pg_create_physical_replication_slot('$SLOT', true) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$SLOT')" >/dev/null 2>"$SCRATCH/complaint" || fail_base
}

fail_base() {
  local why
  why=$(complaint "$SCRATCH/complaint")
  case "$why" in
    *'No space left'* | *'File too large'*) fail 1 "The disk of $BACKUP_DIR is full: free some space, or name another folder in BACKUP_DIR. $why" ;;
    *'must be superuser or replication role'* | *'permission denied'*) fail 1 "The user of DATABASE_URL may not copy the server: a superuser gives it the right with ALTER ROLE ... REPLICATION. $why" ;;
    *'no pg_hba.conf entry for replication'*) fail 1 "The server lets nobody follow it from here: add a line \"host replication USER ADDRESS scram-sha-256\" to its pg_hba.conf and reload it. $why" ;;
    *) fail_database "$why" ;;
  esac
}

bases() { sed -nE "s/^(base_$STAMP_PATTERN)\.manifest$/\1/p" "$SCRATCH/stored" | sort; }

read_stored() { s3_list >"$SCRATCH/stored" || fail 1 "The bucket cannot be listed, because $S3_FAULT."; }

# Keeps what is needed to restore any moment of the last BACKUP_KEEP_DAYS: the bases of these days, the one before them,
# and the log from there on.
prune() {
  local limit oldest start name removed=0
  [[ "$BACKUP_KEEP_DAYS" != 0 ]] || return 0
  read_stored
  limit=base_$(date -u -d "$BACKUP_KEEP_DAYS days ago" +%Y%m%d_%H%M%S)
  oldest=$(bases | awk -v limit="$limit" '$1 <= limit { before = $1 } $1 > limit && first == "" { first = $1 } END { print before == "" ? first : before }')
  s3_get "$oldest.manifest" "$SCRATCH/oldest" || fail 1 "The base backup was made; old ones were not removed, because $S3_FAULT."
  start=$(field start "$SCRATCH/oldest")
  while read -r name; do
    s3_delete "$name" || fail 1 "The base backup was made; $name is too old and was not removed, because $S3_FAULT."
    removed=$((removed + 1))
    # Names of segments: eight digits for the timeline, sixteen for the place in the log.
  done < <(awk -v oldest="$oldest" -v start="${start:8}" '/^base_/ && substr($1, 1, 20) < oldest; /^wal\// && !/history/ && substr($1, 13, 16) < start' "$SCRATCH/stored" | sort)
  say "$removed objects from before $oldest were removed."
}

receive() {
  local every=$1 spool=$BACKUP_DIR/wal
  [[ "$every" =~ ^[1-9][0-9]{0,4}$ ]] || fail 2 "\"$every\" is not a number of seconds."
  mkdir -p "$spool"
  exec 9>"$spool/.lock"
  flock --nonblock 9 || fail 3 "Another receiver is running with the folder $spool: this one has done nothing."
  make_slot
  pg_receivewal --no-password --dbname="$DATABASE_ADDRESS" --slot="$SLOT" --directory="$spool" --status-interval=5 9>&- &
  local receiver=$!
  # shellcheck disable=SC2046
  trap 'kill $(jobs -p) 2>/dev/null; close_scratch' EXIT
  say "The log comes to $spool and goes to the bucket every $every seconds."
  local told=''
  while :; do
    sleep "$every" &
    wait $!
    if ship "$spool"; then
      if [[ -n "$told" ]]; then say 'The log goes to the bucket again.'; fi
      told=''
    elif [[ "$told" != "$S3_FAULT" ]]; then
      told=$S3_FAULT
      say "The log stays in $spool until the bucket takes it, because $S3_FAULT."
    fi
    # It comes back by itself when the server was away; what ends it is for a person.
    kill -0 "$receiver" 2>/dev/null || fail 1 'pg_receivewal ended; its own words stand above. Start this again: it goes on where it stopped.'
  done
}

# Finished segments, oldest first, and what there is of the present one; each goes from the spool when the bucket has it.
ship() {
  local file name
  for file in "$1"/*; do
    name=${file##*/}
    case "$name" in
      *.partial)
        # Only when it grew since it was sent last.
        [[ "$file" -nt "$SCRATCH/sent" ]] || continue
        touch -r "$file" "$SCRATCH/now"
        pack_and_put "$file" "$name" || return 1
        mv "$SCRATCH/now" "$SCRATCH/sent"
        ;;
      *.history | [0-9A-F]*)
        pack_and_put "$file" "$name" || return 1
        s3_delete "wal/$name.partial.zst" || return 1
        rm "$file"
        ;;
    esac
  done
}

pack_and_put() {
  zstd -q -f -1 "$1" -o "$SCRATCH/segment" 2>"$SCRATCH/complaint" || { S3_FAULT="a segment cannot be packed: $(complaint "$SCRATCH/complaint")"; return 1; }
  s3_put "$SCRATCH/segment" "wal/$2.zst"
}

# Names of what the log has from segment $1 on, in order. A hole would end a recovery early without a word: it is refused.
find_segments() {
  local start=$1 name number expected
  awk -v start="${start:8}" '/^wal\// && (/history/ || substr($1, 13, 16) >= start)' "$SCRATCH/stored" | sort -t. -k1,1 -k2,2 >"$SCRATCH/segments"
  # Segments have 16 MB, so that 256 of them fill each number of the middle part of the name.
  expected=$((16#${start:8:8} * 256 + 16#${start:16:8}))
  while read -r name; do
    number=$((16#${name:0:8} * 256 + 16#${name:8:8}))
    [[ "$number" -le "$expected" ]] || fail 1 "The log in the bucket has a hole before segment $name: take another base backup (pitr.sh list)."
    expected=$((number + 1))
  done < <(sed -nE 's/^wal\/[0-9A-F]{8}([0-9A-F]{16})\..*/\1/p' "$SCRATCH/segments" | sort -u)
}

restore() {
  local folder=$1 time=${2:-} wanted='' base name stamp=99999999_999999 options
  [[ -n "$folder" ]] || fail 2 'usage: pitr.sh restore FOLDER [TIME].'
  [[ ! -e "$folder" || -z "$(ls -A "$folder")" ]] || fail 3 "The folder $folder is not empty, and nothing was touched: name a new one."
  if [[ -n "$time" ]]; then
    wanted=$(date -u -d "$time" +'%Y-%m-%d %H:%M:%S.%N' 2>/dev/null) || fail 2 "\"$time\" is not a time: give one like 2026-01-02 03:04:05+00."
    stamp=$(date -u -d "$time" +%Y%m%d_%H%M%S)
  fi
  read_stored
  base=$(bases | awk -v limit="base_$stamp" '$1 < limit { found = $1 } END { print found }')
  [[ -n "$base" ]] || fail 1 "There is no base backup from before ${time:-now}: pitr.sh list shows those that are there."
  s3_get "$base.manifest" "$SCRATCH/manifest" || fail 1 "$base was not fetched, because $S3_FAULT."
  find_segments "$(field start "$SCRATCH/manifest")"
  mkdir -p "$folder" "$folder.wal" && chmod 700 "$folder"
  while read -r name; do
    s3_get "$name" "$SCRATCH/part" || fail 1 "$name was not fetched, because $S3_FAULT."
    cat "$SCRATCH/part" >>"$SCRATCH/base" && rm "$SCRATCH/part"
  done < <(field part "$SCRATCH/manifest")
  [[ "$(sha256sum <"$SCRATCH/base" | cut -d' ' -f1)" == "$(field sha256 "$SCRATCH/manifest")" ]] || fail 1 "The base backup $base is damaged: its SHA-256 is not what it was. Give a TIME from before it, to use the one before."
  { zstd -qdc "$SCRATCH/base" | tar -x -C "$folder"; } 2>"$SCRATCH/complaint" || fail 1 "The base backup cannot be unpacked in $folder: $(complaint "$SCRATCH/complaint")"
  # Of a segment that is there twice, the finished one comes after the unfinished one and replaces it.
  while read -r name; do
    s3_get "$name" "$SCRATCH/segment" || fail 1 "$name was not fetched, because $S3_FAULT."
    base=${name#wal/}
    zstd -qdcf "$SCRATCH/segment" >"$folder.wal/${base%%.*}$([[ "$base" == *.history.zst ]] && echo .history || true)" || fail 1 "$name cannot be unpacked."
  done <"$SCRATCH/segments"
  options="restore_command = 'cp \"../$(basename "$folder").wal/%f\" \"%p\"'"
  if [[ -n "$wanted" ]]; then options="$options"$'\n'"recovery_target_time = '$wanted+00'"$'\n'"recovery_target_action = 'promote'"; fi
  printf '# Written by pitr.sh restore; used while recovery.signal is there.\n%s\n' "$options" >>"$folder/postgresql.auto.conf"
  touch "$folder/recovery.signal"
  say "The files of $(field created "$SCRATCH/manifest") are in $folder and the log since then in $folder.wal, after $SECONDS s. Give both to the user that PostgreSQL runs as, start it on $folder, and remove $folder.wal when it answers."
}

read_database_url
check_settings
need_bucket
open_scratch
case "${1:-}" in
  base) take_base ;;
  receive) receive "${2:-60}" ;;
  list) read_stored && bases ;;
  restore) restore "${2:-}" "${3:-}" ;;
  *) fail 2 'usage: pitr.sh base | receive [seconds] | list | restore FOLDER [TIME].' ;;
esac
