#!/bin/sh
# Entry of docker:dind, with the behaviour of the official image: TLS on 2376 with certificates under DOCKER_TLS_CERTDIR, or plain on
# 2375 where that is empty; arguments that begin with - go to dockerd.
set -eu

main() {
  case ${1:--} in
    -*) serve "$@" ;;
    dockerd) run_daemon "$@" ;;
    *) exec docker-entrypoint.sh "$@" ;;
  esac
}

serve() {
  start_containerd "$@"
  socket=unix:///var/run/docker.sock
  case ${DOCKER_HOST:-} in unix://*) socket=$DOCKER_HOST ;; esac
  if [ -n "${DOCKER_TLS_CERTDIR:-}" ]; then
    make_certificates "$DOCKER_TLS_CERTDIR"
    server=$DOCKER_TLS_CERTDIR/server
    run_daemon dockerd --host="$socket" --host=tcp://0.0.0.0:2376 \
      --tlsverify --tlscacert "$server/ca.pem" --tlscert "$server/cert.pem" --tlskey "$server/key.pem" "$@"
  fi
  # Without the word that this is meant, dockerd waits for 16 seconds.
  run_daemon dockerd --host="$socket" --host=tcp://0.0.0.0:2375 --tls=false "$@"
}

run_daemon() {
  rm -f /run/docker.pid
  choose_iptables
  nest
  if [ -n "${containerd:-}" ]; then
    until [ -S "$containerd_socket" ] || ! kill -0 "$containerd" 2>/dev/null; do sleep 0.01; done
    set -- "$@" --containerd="$containerd_socket"
  fi
  exec docker-init -- "$@"
}

# A containerd that dockerd starts itself is found a second later, by a retry; so it is started first, beside the certificates, with
# the folders that dockerd would have given it.
start_containerd() {
  case " $* " in *' --containerd'*) return ;; esac
  containerd_socket=/run/docker/containerd/containerd.sock
  mkdir -p /run/docker/containerd
  rm -f "$containerd_socket" "$containerd_socket.ttrpc"
  cat >/run/docker/containerd/containerd.toml <<TOML
version = 2
root = "/var/lib/docker/containerd/daemon"
state = "/run/docker/containerd/daemon"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$containerd_socket"
[debug]
level = "warn"
TOML
  containerd --config /run/docker/containerd/containerd.toml &
  containerd=$!
}

# Keys on a curve: made in milliseconds, where RSA takes seconds. A CA without its key is the user's own: it is left as it is.
make_certificates() {
  if [ -s "$1/server/ca.pem" ] && [ -s "$1/server/cert.pem" ] && [ -s "$1/server/key.pem" ] && [ ! -s "$1/ca/key.pem" ]; then
    openssl verify -CAfile "$1/server/ca.pem" "$1/server/cert.pem"
    return
  fi
  mkdir -p "$1/ca" "$1/server" "$1/client"
  if [ ! -s "$1/ca/key.pem" ] || ! openssl x509 -in "$1/ca/cert.pem" -noout -checkend 86400 >/dev/null 2>&1; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 825 -subj '/CN=docker:dind CA' \
      -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout "$1/ca/key.pem" -out "$1/ca/cert.pem" 2>/dev/null
  fi
  issue "$1" server serverAuth "subjectAltName=$(names)"
  issue "$1" client clientAuth
}

# issue DIR NAME USAGE [EXTENSION]
issue() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 824 -subj "/CN=docker:dind $2" \
    -CA "$1/ca/cert.pem" -CAkey "$1/ca/key.pem" -addext 'basicConstraints=critical,CA:FALSE' -addext "extendedKeyUsage=$3" \
    ${4:+-addext "$4"} -keyout "$1/$2/key.pem" -out "$1/$2/cert.pem" 2>/dev/null
  cp "$1/ca/cert.pem" "$1/$2/ca.pem"
  chmod 644 "$1/$2/key.pem"
}

names() {
  {
    ip -oneline address | awk '{ sub(/\/.*/, "", $4); print "IP:" $4 }'
    printf 'DNS:%s\n' docker localhost "$(hostname)"
    [ -z "${DOCKER_TLS_SAN:-}" ] || echo "$DOCKER_TLS_SAN"
  } | sort -u | paste -sd ,
}

# The kernel may know only one of the two packet filters; DOCKER_IPTABLES_LEGACY asks for the old one.
choose_iptables() {
  if [ -z "${DOCKER_IPTABLES_LEGACY:-}" ] && iptables -t nat -nL >/dev/null 2>&1; then return; fi
  iptables-legacy -t nat -nL >/dev/null 2>&1 || return 0
  mkdir -p /usr/local/sbin
  for suffix in '' -save -restore; do
    ln -sf "/usr/sbin/iptables-legacy$suffix" "/usr/local/sbin/iptables$suffix"
    ln -sf "/usr/sbin/ip6tables-legacy$suffix" "/usr/local/sbin/ip6tables$suffix"
  done
}

# What a daemon in a container needs: a /tmp of its own, cgroups to delegate, and mounts that propagate.
nest() {
  export container=docker
  if [ -d /sys/kernel/security ] && ! mountpoint -q /sys/kernel/security; then
    mount -t securityfs none /sys/kernel/security 2>/dev/null || true
  fi
  mountpoint -q /tmp || mount -t tmpfs none /tmp
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    # cgroup v2: a group with processes in it may not hand controllers down, so they move to a leaf, until none is left behind.
    mkdir -p /sys/fs/cgroup/init
    while ! {
      xargs -rn1 </sys/fs/cgroup/cgroup.procs >/sys/fs/cgroup/init/cgroup.procs || true
      sed -e 's/ / +/g' -e 's/^/+/' </sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
    }; do true; done
  fi
  mount --make-rshared /
}

main "$@"
