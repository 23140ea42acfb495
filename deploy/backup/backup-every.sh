#!/usr/bin/env bash
# For containers without a timer of their own: backs up every so many seconds (900), and goes on after a failure, which
# `backup.sh check` tells. Stops at once when told to.
set -euo pipefail
every=${1:-900}
[[ "$every" =~ ^[1-9][0-9]{0,5}$ ]] || { echo "backup-every.sh: \"$every\" is not a number of seconds." >&2; exit 2; }
trap 'kill "$(jobs -p)" 2>/dev/null; wait; exit 0' INT TERM
while :; do
  began=$SECONDS
  "$(dirname "$0")/backup.sh" &
  wait $! || echo "backup-every.sh: that backup failed; the next begins in $every seconds or less." >&2
  pause=$((every - (SECONDS - began)))
  if [[ "$pause" -gt 0 ]]; then
    sleep "$pause" &
    wait $!
  fi
done
