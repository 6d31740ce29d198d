# Debian's and Ubuntu's packages: which are missing, and how they get in without starting a service of their own.

missing_packages=

# need COMMAND PACKAGE...: notes the packages if the command is missing; one with ? at its end only where it exists.
need() {
  command=$1
  shift
  command -v "$command" >/dev/null 2>&1 || missing_packages="$missing_packages $*"
}

install_missing() {
  [ -n "$missing_packages" ] || return 0
  command -v apt-get >/dev/null || fail "missing, and no apt-get to install them with:$missing_packages"
  [ "$(id -u)" = 0 ] || fail "missing; as root: apt-get install$(echo "$missing_packages" | tr -d '?')"
  log=$(mktemp)
  hold_services
  has_lists || update_lists
  install_packages || { update_lists && install_packages; }
  code=$?
  [ "$code" = 0 ] || tail -n 15 "$log" >&2
  rm -f "$log"
  release_services
  [ "$code" = 0 ] || fail 'apt-get could not install them (the end of its output is above)'
  missing_packages=
}

install_packages() {
  # shellcheck disable=SC2086
  wanted=$(existing $missing_packages | sort -u | tr '\n' ' ')
  say "installing Debian packages: $wanted"
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends -o Dpkg::Options::=--force-unsafe-io $wanted >"$log" 2>&1
}

# There may be none, or they may be so old that the mirror has only newer files.
update_lists() {
  say 'reading the package lists (apt-get update)'
  apt-get update >"$log" 2>&1
}

has_lists() { ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; }

existing() {
  for package in "$@"; do
    case $package in
      *\?) if apt-cache show "${package%\?}" >/dev/null 2>&1; then echo "${package%\?}"; fi ;;
      *) echo "$package" ;;
    esac
  done
}

# Debian starts a service as soon as its package is in; a policy-rc.d that answers 101 forbids it. An existing one is left alone.
policy=/usr/sbin/policy-rc.d
holds_services=no

hold_services() {
  [ ! -e "$policy" ] || return 0
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
  holds_services=yes
}

release_services() {
  [ "$holds_services" = no ] || rm -f "$policy"
  holds_services=no
}
