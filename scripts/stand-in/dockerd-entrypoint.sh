#!/bin/sh
# Entry of docker:dind, with the behaviour of the official image: TLS on 2376 with certificates under DOCKER_TLS_CERTDIR, or plain on
# 2375 where that is empty; arguments that begin with - go to dockerd.
set -eu

main() {
  if [ $# = 0 ] || [ "${1#-}" != "$1" ]; then
    socket=unix:///var/run/docker.sock
    case ${DOCKER_HOST:-} in unix://*) socket=$DOCKER_HOST ;; esac
    if [ -n "${DOCKER_TLS_CERTDIR:-}" ]; then
      make_certificates "$DOCKER_TLS_CERTDIR"
      set -- --host=tcp://0.0.0.0:2376 --tlsverify --tlscacert "$DOCKER_TLS_CERTDIR/server/ca.pem" \
        --tlscert "$DOCKER_TLS_CERTDIR/server/cert.pem" --tlskey "$DOCKER_TLS_CERTDIR/server/key.pem" "$@"
    else
      set -- --host=tcp://0.0.0.0:2375 "$@"
    fi
    set -- dockerd --host="$socket" "$@"
  fi
  if [ "$1" = dockerd ]; then
    rm -f /run/docker.pid /run/docker/containerd/containerd.pid
    choose_iptables
    nest
    set -- docker-init -- "$@"
  else
    set -- docker-entrypoint.sh "$@"
  fi
  exec "$@"
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
  if [ -n "${DOCKER_IPTABLES_LEGACY:-}" ] || ! iptables -t nat -nL >/dev/null 2>&1; then
    if iptables-legacy -t nat -nL >/dev/null 2>&1; then
      mkdir -p /usr/local/sbin
      for command in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
        ln -sf "/usr/sbin/$(echo "$command" | sed 's/tables/tables-legacy/')" "/usr/local/sbin/$command"
      done
    fi
  fi
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
