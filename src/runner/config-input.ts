// What the owner of a runner writes. Every key has a default, but the server's address and the token.
import type { PullPolicy } from '../executor/port.ts'

/** What a `runner.config.ts` may hold; all keys but `server` have a default. */
export type RunnerConfigInput = {
  /** Address of the server. */
  readonly server?: string
  /** Who signed the server's certificate, when no public authority did (PEM). */
  readonly caFile?: string
  /** File with the runner's token; else the token is in `SLIPWAY_RUNNER_TOKEN`. */
  readonly tokenFile?: string
  readonly name?: string
  /** Where the runner keeps jobs' spools and mirrors. */
  readonly dataFolder?: string
  /** Jobs at the same time. */
  readonly concurrency?: number
  /** What one job at the same time is counted with: there are no more than the engine has processors and memory for. */
  readonly slot?: { readonly cpus?: number; readonly memory?: number | string }
  /** Of the runner that `slipway up` starts; any other has those of its registration. */
  readonly tags?: readonly string[]
  /** Seconds; a job never runs longer, whatever it asks. */
  readonly maxTimeout?: number
  /** Bytes of a job's log that are kept, from its beginning and its end. */
  readonly log?: { readonly head?: number | string; readonly tail?: number | string }
  /** Seconds between TERM and KILL. */
  readonly stopGrace?: number
  /** Seconds that running jobs may take at SIGTERM before they are handed over. */
  readonly drainTimeout?: number
  /** `HOST:PORT` of metrics and health; null: none. */
  readonly metrics?: string | null
  readonly docker?: DockerInput
}

export type DockerInput = {
  /** The engine's address; else `DOCKER_HOST`, else the usual socket. */
  readonly host?: string
  readonly image?: string
  /** A Docker `config.json` whose `auths` every job may pull with. */
  readonly authFile?: string
  readonly pullPolicy?: PullPolicy | readonly PullPolicy[]
  readonly allowedPullPolicies?: readonly PullPolicy[]
  readonly allowedImages?: readonly string[]
  readonly allowedServices?: readonly string[]
  readonly allowedUsers?: readonly string[]
  readonly servicesLimit?: number
  /** `refuse`: an engine with known holes runs nothing, and a job whose Docker has some fails. */
  readonly knownHoles?: 'tell' | 'refuse'
  /** `server`: jobs reach our server and their own services, nothing else. */
  readonly egress?: 'all' | 'server'
  readonly privileged?: { readonly services?: readonly string[]; readonly refs?: 'all' | 'protected' }
  readonly limits?: LimitsInput
  readonly serviceLimits?: LimitsInput
  readonly services?: {
    readonly readyTimeout?: number
    readonly dockerReadyTimeout?: number
    readonly failWhenNotReady?: boolean
  }
  readonly mirrors?: readonly string[]
  /** Networks held ready for jobs without services; 0: none. */
  readonly spareNetworks?: number
  readonly dind?: {
    /** Docker services held ready for each configuration seen lately; 0: none. */
    readonly warm?: number
    /** Things held ready, of all kinds together. */
    readonly most?: number
    /** Bytes of image layers that stay from job to job, for each project and trust class apart; 0: none. */
    readonly keepLayers?: number | string
    /** Whether they stay when the runner ends, for its next start. */
    readonly keepLayersAfterEnd?: boolean
  }
}

export type LimitsInput = {
  readonly pids?: number
  readonly memory?: number | string
  readonly cpus?: number
  readonly shm?: number | string
  readonly ulimits?: Readonly<Record<string, number>>
  readonly capDrop?: readonly string[]
  readonly capAdd?: readonly string[]
  readonly devices?: readonly string[]
  readonly noNewPrivileges?: boolean
  readonly securityOpt?: readonly string[]
  readonly runtime?: string
  readonly dns?: readonly string[]
}
