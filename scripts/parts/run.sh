# How a script runs the program: set-up before, the engine's end after, signals handed on.

# prepare PURPOSE: everything is there and the engine runs; it goes with this process.
prepare() {
  settings=$(sh "$scripts/setup" --for "$1" --owner $$) || exit 1
  for setting in $settings; do export "${setting?}"; done
  export PATH="$packaged_node:$PATH"
  trap leave EXIT
  trap 'exit 130' INT TERM HUP
}

leave() {
  [ "$SLIPWAY_ENGINE" = own ] || sh "$scripts/engine" stop --owner $$
}

# Runs a command in a session of its own, so that a signal reaches it once: from here, and not from the terminal too.
supervise() {
  setsid "$@" &
  child=$!
  for signal in INT TERM HUP; do
    # shellcheck disable=SC2064
    trap "forwarded=yes; kill -$signal $child 2>/dev/null" "$signal"
  done
  forwarded=yes
  while [ "$forwarded" = yes ]; do
    forwarded=no
    wait "$child"
    code=$?
  done
  trap 'exit 130' INT TERM HUP
  return "$code"
}
