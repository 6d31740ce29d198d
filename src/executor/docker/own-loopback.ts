// A server whose only name is an address of this host's loopback (`http://127.0.0.1:8080`, the default) cannot be given to a
// container by name: there that address is the container's own. So in the container's network what goes to those ports is
// turned to the gateway, where the forwarder listens. It takes root and an engine on this host.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type Docker from 'dockerode'

export type Loopback = {
  readonly gateway: string
  readonly ports: readonly number[]
  /** Why jobs cannot reach the server, for the runner's log. */
  readonly onProblem: (error: unknown) => void
}

/** Of a container that runs; a second time changes nothing. */
export async function openLoopback(container: Docker.Container, loopback: Loopback | null): Promise<void> {
  if (loopback === null || loopback.ports.length === 0) return
  try {
    const { State } = await container.inspect()
    if (State.Running)
      await run('nsenter', [`--target=${State.Pid}`, '--net', 'sh', '-c', turnPorts, '-', rulesOf(loopback)])
  } catch (error) {
    loopback.onProblem(error)
  }
}

/** A job that has a use of its own for such a port must be told that it cannot. */
export function turnedPorts({ ports }: Loopback): string {
  return `${ports.map(port => `127.0.0.1:${port}`).join(' and ')} is the server in this job, as its address says`
}

const run = promisify(execFile)

// Hosts have one of the two kinds of packet filter, or both; the first that works is the one.
const turnPorts = `echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet || exit 1
for restore in iptables-restore iptables-legacy-restore; do
  printf '%s\\n' "$1" | $restore --noflush && exit 0
done
exit 1`

export function rulesOf({ gateway, ports }: Pick<Loopback, 'gateway' | 'ports'>): string {
  const rules = ports.flatMap(port => [
    `-A OUTPUT -d 127.0.0.1/32 -p tcp --dport ${port} -j DNAT --to-destination ${gateway}:${port}`,
    `-A POSTROUTING -s 127.0.0.1/32 -d ${gateway}/32 -p tcp --dport ${port} -j MASQUERADE`,
  ])
  return ['*nat', ...rules, 'COMMIT'].join('\n')
}
