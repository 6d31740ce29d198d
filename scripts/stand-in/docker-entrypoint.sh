#!/bin/sh
# Entry of docker:git, with the behaviour of the official image: a client without DOCKER_HOST finds the service `docker`, over TLS
# where client certificates are there.
set -eu

if [ "${1#-}" != "$1" ]; then
  set -- docker "$@"
fi
case ${1:-} in
  # What jobs mostly start; asking docker about it would take a tenth of a second.
  sh | bash | docker | /*) ;;
  *) if docker help "${1:-}" >/dev/null 2>&1; then set -- docker "$@"; fi ;;
esac

has_client_certificates() {
  [ -n "${DOCKER_TLS_CERTDIR:-}" ] &&
    [ -s "$DOCKER_TLS_CERTDIR/client/ca.pem" ] &&
    [ -s "$DOCKER_TLS_CERTDIR/client/cert.pem" ] &&
    [ -s "$DOCKER_TLS_CERTDIR/client/key.pem" ]
}

if [ -z "${DOCKER_HOST:-}" ]; then
  if [ -S /var/run/docker.sock ]; then
    DOCKER_HOST=unix:///var/run/docker.sock
  elif has_client_certificates || [ -n "${DOCKER_TLS_VERIFY:-}" ]; then
    DOCKER_HOST=tcp://docker:2376
  else
    DOCKER_HOST=tcp://docker:2375
  fi
  export DOCKER_HOST
fi

if [ "${DOCKER_HOST#tcp:}" != "$DOCKER_HOST" ] && [ -z "${DOCKER_TLS_VERIFY:-}${DOCKER_CERT_PATH:-}" ] && has_client_certificates; then
  export DOCKER_TLS_VERIFY=1
  export DOCKER_CERT_PATH="$DOCKER_TLS_CERTDIR/client"
fi

exec "$@"
