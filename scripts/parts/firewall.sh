# What an engine leaves in the host's network: bridges, packet filter rules, ip forwarding. The engine itself never takes
# them back, so the state before it is kept in a file, and put back when the last engine is gone.

# The nft flavour says on stderr that there are rules of the legacy one.
filter() { iptables "$@" 2>/dev/null; }

# A working iptables: the distribution's default (nft), or the legacy one where the kernel knows only that.
iptables_command() {
  for command in iptables iptables-legacy; do
    if "$command" -t nat -S >/dev/null 2>&1; then
      echo "$command"
      return
    fi
  done
  fail "no working iptables: neither iptables nor iptables-legacy can read the nat table"
}

remember_forwarding() {
  printf '%s %s\n' "$(cat /proc/sys/net/ipv4/ip_forward)" "$(filter -S FORWARD | sed -n 's/^-P FORWARD //p')" >"$1"
}

restore_forwarding() {
  read -r forwarding policy <"$1" || return 0
  filter -P FORWARD "$policy"
  echo "$forwarding" >/proc/sys/net/ipv4/ip_forward
}

# Adds a free bridge with a free /24 of 10.213.0.0 to 10.222.255.255, and prints "name number mtu". Adding is atomic, so two
# engines that start at once take different ones.
add_bridge() {
  mtu=$(ip -o link show "$(ip route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)" 2>/dev/null |
    sed -n 's/.* mtu \([0-9]*\).*/\1/p')
  for number in 213 214 215 216 217 218 219 220 221 222; do
    ip -4 route show | grep -q "^10\.$number\." && continue
    ip link add "slipway$number" type bridge 2>/dev/null || continue
    ip address add "10.$number.0.1/24" dev "slipway$number"
    ip link set "slipway$number" up
    echo "slipway$number $number ${mtu:-1500}"
    return
  done
  fail 'no free network for the private Docker engine (10.213.0.0 to 10.222.255.255 are all taken)'
}

# Removes a bridge and each rule that names it.
forget_bridge() {
  ip link delete "$1" 2>/dev/null
  for table in nat filter; do
    filter -t "$table" -S | grep -e "[io] $1\( \|$\)" | sed 's/^-A/-D/' | while read -r rule; do
      # shellcheck disable=SC2086
      filter -t "$table" $rule
    done
  done
}

# Removes the engine's own chains, once no rule names a bridge any more.
forget_chains() {
  for table in nat filter; do
    filter -t "$table" -S | grep -e '-j DOCKER' | grep -v -e '^-A DOCKER' | sed 's/^-A/-D/' | while read -r rule; do
      # shellcheck disable=SC2086
      filter -t "$table" $rule
    done
    chains=$(filter -t "$table" -S | sed -n 's/^-N \(DOCKER[^ ]*\)$/\1/p')
    for chain in $chains; do filter -t "$table" -F "$chain"; done
    for chain in $chains; do filter -t "$table" -X "$chain"; done
  done
}
