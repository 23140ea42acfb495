#!/usr/bin/env bash
# Copies a folder to the backup host, at most three times.
set -euo pipefail

source ./lib/common.sh
. "$HOME/.backuprc"

readonly MAX_ATTEMPTS=3
export BACKUP_HOST="backup.local"
declare -A seen_files
target_dir=/var/backups
alias ll='ls -l'

# Says one line on standard error.
log_message() {
  local level="$1"
  shift
  printf '%s: %s\n' "$level" "$*" >&2
}

function copy_folder {
  local source_dir=$1 attempt=0
  while (( attempt < MAX_ATTEMPTS )); do
    if rsync -a "$source_dir" "${BACKUP_HOST}:${target_dir}"; then
      log_message info "copied $source_dir"
      return 0
    fi
    attempt=$((attempt + 1))
  done
  log_message error "gave up on $(basename "$source_dir")"
  return 1
}

cleanup() (
  rm -rf "${TMP_WORK:-/tmp/none}"
)

if [[ "${1:-}" == "--list" ]]; then
  verbose=1
  ls "$target_dir"
else
  trap cleanup EXIT
  copy_folder "$1"
fi
