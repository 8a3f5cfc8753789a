# Sourced by the other scripts. step MESSAGE COMMAND…: runs it with its output in a log, says how long it took on a
# terminal, stays silent in a pipe, and shows the end of the log when it fails.

step() {
  local message=$1 log status=0 start=$SECONDS
  shift
  log=$(mktemp)
  if [ -t 2 ]; then
    printf '%s … ' "$message" >&2
    "$@" > "$log" 2>&1 < /dev/null & local job=$!
    while kill -0 "$job" 2> /dev/null; do
      printf '\r\033[K%s … %ds' "$message" $((SECONDS - start)) >&2
      sleep 0.5
    done
    wait "$job" || status=$?
    printf '\r\033[K' >&2
    [ "$status" -ne 0 ] || printf '%s: %ds\n' "$message" $((SECONDS - start)) >&2
  else
    "$@" > "$log" 2>&1 < /dev/null || status=$?
  fi
  if [ "$status" -ne 0 ]; then
    # Some tools say what is wrong first and end with pages of advice.
    if [ "$(wc -l < "$log")" -gt 60 ]; then
      head -n 30 "$log" >&2
      echo … >&2
    fi
    tail -n 30 "$log" >&2
    printf '%s: failed (exit code %d): %s\n' "$message" "$status" "$*" >&2
  fi
  rm -f "$log"
  return "$status"
}

die() {
  printf '%s\n' "$*" >&2
  exit 1
}
