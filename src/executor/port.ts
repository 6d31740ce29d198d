// What the runner asks of a place where jobs run. One `Room` is one job's own world: a volume with its working copy, a
// network, services, one container. Order of calls: `openRoom` → `furnish` (while the runner fills the workspace and
// says by `sourcesReady` that git is done) → `run` for the script → `run` for after_script → `close`.
// `close` may come at any moment, also twice, also after a failed `furnish`, and takes no signal of the job.

export type Executor = {
  /** Fails with `engine_unreachable` when there is no engine. */
  readonly check: (signal: AbortSignal) => Promise<EngineFacts>
  readonly openRoom: (order: RoomOrder, signal: AbortSignal) => Promise<Room>
  /**
   * Removes what bears this runner's mark and belongs neither to a room of this process nor to one of `kept`, which is
   * asked after the engine was: a room that is made in between is not taken for a dead one. Answers how many rooms could not
   * be removed; they are tried again by later sweeps.
   */
  readonly sweep: (kept: () => Promise<readonly RoomKey[]>) => Promise<number>
  /** Takes a room over whose script this or an earlier process had started; null: its container is gone. */
  readonly adoptRoom: (order: RoomOrder, signal: AbortSignal) => Promise<Room | null>
  /** Removes everything labelled with this room, whatever state it is in. */
  readonly removeRoom: (key: RoomKey) => Promise<void>
  /** Kept layers without a user, and images that this process pulled: what a full disk can do without. */
  readonly unused: () => Promise<readonly Unused[]>
  /** Spares and kept things of this process; not the rooms of running jobs. */
  readonly close: () => Promise<void>
}

/** Something that was brought here, that nobody uses now, and that can be brought again. */
export type Unused = {
  readonly what: string
  readonly usedAtMs: number
  /** Fails, or does nothing, when somebody uses it after all. */
  readonly free: () => Promise<void>
}

export type EngineFacts = {
  readonly version: string
  /** Null: it does not say. */
  readonly runc: string | null
  readonly cpus: number
  readonly memoryBytes: number
  readonly rootDirectory: string
}

export type RoomKey = { readonly jobId: number; readonly lease: number }

export type RoomOrder = {
  readonly key: RoomKey
  readonly projectId: number
  /** Layers that a job of this name left serve the next one best. */
  readonly jobName: string
  readonly trustClass: 'protected' | 'branch'
  readonly image: ContainerOrder
  readonly services: readonly ServiceOrder[]
  /** `/builds`: where the volume is mounted, in the job's container and in every service. */
  readonly buildsDirectory: string
  readonly projectDirectory: string
  /** Where our own server is for jobs; null: under its ordinary name. */
  readonly server: ServerOrder | null
  readonly registry: RegistryOrder | null
  /** Mirrors of Docker Hub for the job's own Docker, with those of the runner's owner before them. */
  readonly mirrors: readonly string[]
  /** What this job may pull with, first match wins. */
  readonly credentials: readonly RegistryCredential[]
  /** Images that the job names and that its own Docker service must have before the script runs. */
  readonly pipelineImages: readonly { readonly reference: string; readonly digest: string }[]
  /** Jobs soon to come that will ask for the same services. */
  readonly expected: number
  /** After this the room belongs to nobody, whatever its runner says; ISO time. */
  readonly deadline: string
}

export type ContainerOrder = {
  readonly image: string
  readonly entrypoint: readonly string[] | null
  /** Only what may be seen in `docker inspect`: no secret stands here. */
  readonly environment: Readonly<Record<string, string>>
  readonly user: string | null
  readonly platform: string | null
  readonly pullPolicies: readonly PullPolicy[]
}

export type ServiceOrder = ContainerOrder & {
  readonly command: readonly string[] | null
  readonly aliases: readonly string[]
}

export const pullPolicies = ['always', 'if-not-present', 'never'] as const
export type PullPolicy = (typeof pullPolicies)[number]

/** Names under which jobs look for our server, and the address where this host has it. */
export type ServerOrder = {
  readonly names: readonly string[]
  readonly ports: readonly number[]
  /** Ports of 127.0.0.1 under which jobs look for it: an address is no name that could be given another one. */
  readonly loopbackPorts: readonly number[]
  readonly target: { readonly host: string; readonly port: number }
  /** `http://host:port` of the same, for this host itself. */
  readonly origin: string
}

export type RegistryOrder = {
  /** With the port unless it is 80 or 443. */
  readonly host: string
  readonly tls: boolean
  /** PEM of the CA that signed the registry's certificate, when it is not a public one. */
  readonly ca: string | null
}

export type RegistryCredential = { readonly host: string; readonly username: string; readonly password: string }

export type Room = {
  readonly workspace: Workspace
  /** Everything but the working copy, at once; resolves when the script may start. */
  readonly furnish: (wishes: FurnishWishes, signal: AbortSignal) => Promise<void>
  /**
   * Starts the job's container (again) and feeds it the script. On abort the shell and all its processes get TERM, after
   * a grace KILL; the answer then tells how it ended and the signal's reason is the caller's to know. Processes that do not
   * end even so are left behind with `container_stuck`.
   */
  readonly run: (step: StepOrder, signal: AbortSignal) => Promise<StepEnd>
  readonly close: () => Promise<void>
}

export type FurnishWishes = {
  /** Resolves when git has written the working copy; nothing that can see the volume runs before. */
  readonly sourcesReady: Promise<void>
  /** Lines for the job's log. */
  readonly say: (line: string) => void
}

export type StepOrder = {
  /** Null: the container runs already (or has ended) and only its output and end are wanted. */
  readonly script: string | null
  /** Bytes of the container's output, over all its starts, that are known already and are not to be told again. */
  readonly skipBytes: number
  /** Must resolve soon, whatever the server does: a container whose output is not read stands still. */
  readonly onOutput: (bytes: Uint8Array) => Promise<void>
  /** The shell has the whole script. */
  readonly onFed: () => Promise<void>
  readonly graceMs: number
  /** Fires: stop looking, leave the container as it is, and reject with the signal's reason. */
  readonly detach: AbortSignal
}

export type StepEnd = {
  readonly exitCode: number
  readonly oomKilled: boolean
  /** The engine itself went away or lost the container: not the script's fault. */
  readonly engineLost: boolean
}

/**
 * The job's volume as a folder of this host. With the engine on this host it is the volume itself; else a copy that
 * `publish` sends and `collect` fetches.
 */
export type Workspace = {
  readonly directory: string
  readonly publish: (signal: AbortSignal) => Promise<void>
  readonly collect: (signal: AbortSignal) => Promise<void>
}

/** Codes of the `AppError`s that an executor throws; `runner/outcome.ts` makes outcomes of them. */
export const executorErrorCodes = [
  'engine_unreachable',
  'image_not_found',
  'image_pull_denied',
  'image_pull_failed',
  'policy_denied',
  'container_failed',
  'container_stuck',
  'service_failed',
  'disk_full',
] as const
export type ExecutorErrorCode = (typeof executorErrorCodes)[number]
