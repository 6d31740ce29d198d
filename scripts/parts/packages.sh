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
  wanted=$(echo "$missing_packages" | tr ' ' '\n' | sort -u | tr -d '?' | tr '\n' ' ')
  command -v apt-get >/dev/null || fail "missing, and no apt-get to install them with:$wanted"
  [ "$(id -u)" = 0 ] || fail "missing; as root: apt-get install$wanted"
  log=$(mktemp)
  hold_services
  say "installing Debian packages:$wanted"
  code=1
  if has_lists; then
    install_packages >"$log" 2>&1
    code=$?
  fi
  if [ "$code" != 0 ]; then
    # No lists, or lists so old that the mirror has newer files only.
    say 'reading the package lists first'
    { apt-get update --quiet && install_packages; } >"$log" 2>&1
    code=$?
  fi
  [ "$code" = 0 ] || tail -n 15 "$log" >&2
  rm -f "$log"
  release_services
  [ "$code" = 0 ] || fail "apt-get could not install:$wanted"
  missing_packages=
}

install_packages() {
  # shellcheck disable=SC2046
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(existing $missing_packages)
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
