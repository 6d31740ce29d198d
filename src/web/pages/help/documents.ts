// The documents of this very version, bundled with the pages.

type Loader = () => Promise<string>
const sources = import.meta.glob<string>('../../../../docs/*.md', { query: '?raw', import: 'default' })

/** Known ones first, in the order of reading; others by name. */
const order = [
  'architecture',
  'install',
  'pipeline-syntax',
  'plan',
  'runner',
  'run',
  'registry',
  'api',
  'when-things-fail',
  'security',
]
const titles: Readonly<Record<string, string>> = {
  architecture: 'How it hangs together',
  'pipeline-syntax': 'Pipeline syntax',
  plan: 'What a pipeline would do',
  runner: 'Runners',
  registry: 'Container Registry',
  api: 'API and WebSocket',
  'when-things-fail': 'When things fail',
  security: 'Security',
  run: 'Running a pipeline locally',
  environment: 'What Slipway needs',
  install: 'Installing for a team',
  performance: 'Performance',
}

export type HelpDocument = { readonly name: string; readonly title: string; readonly load: Loader }

export const documents: readonly HelpDocument[] = Object.entries(sources)
  .map(([path, load]) => ({
    name: nameOf(path),
    title: titles[nameOf(path)] ?? nameOf(path).replaceAll('-', ' '),
    load: load as Loader,
  }))
  .sort((one, other) => placeOf(one.name) - placeOf(other.name) || one.name.localeCompare(other.name))

function nameOf(path: string): string {
  return path.replace(/^.*\/|\.md$/g, '')
}

function placeOf(name: string): number {
  const at = order.indexOf(name)
  return at === -1 ? order.length : at
}
