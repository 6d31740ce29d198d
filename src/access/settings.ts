// What an administrator decides for the whole instance.
import type { Visibility } from './model.ts'
import type { SettingStore } from './store-ports.ts'

export type InstanceSettings = {
  readonly registryEnabled: boolean
  readonly signupEnabled: boolean
  readonly defaultProjectVisibility: Visibility
  readonly defaultBranchName: string
}

const defaults: InstanceSettings = {
  registryEnabled: true,
  signupEnabled: false,
  defaultProjectVisibility: 'private',
  defaultBranchName: 'main',
}

/** Another process's change is seen after this long. */
const freshMs = 1000

export type Settings = {
  readonly current: () => Promise<InstanceSettings>
  readonly change: (values: Partial<InstanceSettings>) => Promise<InstanceSettings>
}

export function createSettings(deps: { readonly store: SettingStore; readonly now: () => number }): Settings {
  let kept: { readonly settings: InstanceSettings; readonly readAt: number } | null = null

  async function read(): Promise<InstanceSettings> {
    const stored = await deps.store.all()
    const known = Object.fromEntries(Object.entries(stored).filter(([name]) => name in defaults))
    const settings = { ...defaults, ...known } as InstanceSettings
    kept = { settings, readAt: deps.now() }
    return settings
  }

  return {
    current: async () => (kept !== null && deps.now() - kept.readAt < freshMs ? kept.settings : read()),
    change: async values => {
      await deps.store.put(values)
      return read()
    },
  }
}
