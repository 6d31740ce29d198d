# How the scripts talk: to stderr, one line a step, so that stdout stays for results.

say() { printf 'slipway: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}
