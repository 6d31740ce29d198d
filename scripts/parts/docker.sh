# Which Docker engine is used: the user's own where one answers and has what is needed, else a private one.

# Prints the first address that answers: DOCKER_HOST, the current docker context, the default socket.
answering_engine() {
  command -v docker >/dev/null || return 1
  for address in "${DOCKER_HOST:-}" "$(env -u DOCKER_HOST docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null)" \
    unix:///var/run/docker.sock; do
    if [ -n "$address" ] && DOCKER_HOST=$address timeout 5 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; then
      echo "$address"
      return
    fi
    if [ -n "$address" ] && [ "$address" = "${DOCKER_HOST:-}" ]; then say "DOCKER_HOST is $address, but no engine answers there"; fi
  done
  return 1
}

# need_engine_packages: what a private engine runs on. overlay2 does not work on top of an overlay, as in a container.
need_engine_packages() {
  need dockerd docker.io 'docker-cli?'
  need iptables iptables
  need ip iproute2
  mkdir -p /var/lib/slipway
  case $(stat -f -c %T /var/lib/slipway) in overlay*) need fuse-overlayfs fuse-overlayfs ;; esac
}

# use_engine PID IMAGE...: sets DOCKER_HOST and engine (own, private), with the images in it; a private one goes with the process PID.
use_engine() {
  engine_owner=$1
  shift
  if DOCKER_HOST=$(answering_engine); then
    export DOCKER_HOST
    engine=own
    sh "$scripts/images" "$@"
    code=$?
    [ "$code" = 0 ] && return
    [ "$code" = 3 ] || exit 1
    [ "$(id -u)" = 0 ] || fail "the Docker engine at $DOCKER_HOST lacks an image and reaches no hub; give it: $*"
    say "the Docker engine at $DOCKER_HOST lacks an image and reaches no hub; it is left as it is, and a private one is used"
  fi
  start_private_engine
  sh "$scripts/images" --stand-ins "$@" || exit 1
}

start_private_engine() {
  need_engine_packages
  install_missing
  engine=private
  DOCKER_HOST=$(sh "$scripts/engine" env | sed 's/^DOCKER_HOST=//')
  export DOCKER_HOST
  say 'starting a private Docker engine'
  # Without the set-up's lock, which would live on in the daemons.
  sh "$scripts/engine" start --owner "$engine_owner" 8<&- || exit 1
}
