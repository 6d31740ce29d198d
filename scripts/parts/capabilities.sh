# Which Linux capabilities this host cannot give, by the kernel's numbers (linux/capability.h), 0 to 40.

all_capabilities='CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
  NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE
  SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL
  SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'

# Prints the missing ones, CAP_ in front. One that the kernel itself does not know (above cap_last_cap) is not missing:
# no engine asks for it.
missing_capabilities() {
  bounding=$((0x$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)))
  last=$(cat /proc/sys/kernel/cap_last_cap)
  bit=0
  for capability in $all_capabilities; do
    [ "$bit" -le "$last" ] && [ $(((bounding >> bit) & 1)) = 0 ] && echo "CAP_$capability"
    bit=$((bit + 1))
  done
}

# A sed script that strikes the named capabilities from every list inside "capabilities":{…}, and from nowhere else:
# a quote within a JSON string is escaped, so no user's text can look like that object.
capabilities_sed() {
  for capability in "$@"; do
    printf ':%s\ns/\\("capabilities":{[^}]*\\)"%s",\\{0,1\\}/\\1/\nt%s\n' "$capability" "$capability" "$capability"
  done
  printf ':comma\ns/\\("capabilities":{[^}]*\\),\\]/\\1]/\ntcomma\n'
}
