import type { Diagnostics } from '../diagnostics.ts'
import {
  type Configuration,
  isHidden,
  isRootKeyword,
  type JobEntry,
  rootDefaults,
  rootKeywords,
} from '../document/configuration.ts'
import { rootFields } from '../keywords/root.ts'
import { checkField } from '../keywords/shape.ts'
import type { Spot } from '../keywords/spot.ts'
import { isBlank, isNull, valueAt, type YamlNode } from '../yaml/node.ts'
import { checkJob } from './job.ts'

/** Checks the whole document, keyword by keyword; every mistake is reported. */
export function checkDocument(configuration: Configuration, diagnostics: Diagnostics): void {
  const root: Spot = { path: '', location: '', subject: '', diagnostics }
  for (const [key, { value }] of configuration.root.entries) {
    const field = isRootKeyword(key) ? rootFields[key] : undefined
    if (field && !isNull(value)) checkField(key, field, value, root)
  }
  checkDefaults(configuration.root, diagnostics)
  checkEntries(configuration, diagnostics)
}

function checkDefaults(root: YamlNode, diagnostics: Diagnostics): void {
  const defaults = valueAt(root, 'default')
  const timeout = valueAt(defaults, 'timeout')
  if (timeout)
    diagnostics.warn('default:timeout has no effect on jobs: set it in the jobs', 'default:timeout', timeout.place)
  for (const keyword of rootDefaults) {
    const inDefault = valueAt(defaults, keyword)
    if (inDefault && valueAt(root, keyword))
      diagnostics.error(
        `${keyword} is defined in top-level and \`default:\` entry`,
        `default:${keyword}`,
        inDefault.place,
      )
  }
}

const maxJobs = 2000
const maxNameLength = 255
const reservedNames = ['true', 'false', 'nil']

function checkEntries({ root, entries, jobs }: Configuration, diagnostics: Diagnostics): void {
  for (const entry of entries) checkEntry(entry, diagnostics)
  for (const job of jobs) checkJob(job, root, diagnostics)
  const visible = entries.filter(entry => !isHidden(entry.name))
  if (visible.length === 0) diagnostics.error('jobs config should contain at least one visible job', '', root.place)
  if (visible.length > maxJobs) diagnostics.error(`jobs config has more than ${maxJobs} jobs`, '', root.place)
}

function checkEntry({ name, key, node }: JobEntry, diagnostics: Diagnostics): void {
  const complain = (message: string, at: YamlNode = key) => diagnostics.error(message, name, at.place)
  if (key.type !== 'string') complain(`jobs:${name} name should be a symbol: quote it${hintFor(key.text)}`)
  else if (name.trim() === '') complain("jobs:job name can't be blank")
  else if (reservedNames.includes(name)) complain(`jobs:${name} name is reserved`)
  else if (name.length > maxNameLength)
    complain(`jobs:${name.slice(0, 40)}… name is too long (maximum is ${maxNameLength} characters)`)
  if (isHidden(name)) {
    if (isBlank(node)) complain(`jobs:${name} config can't be blank`)
  } else if (node.kind !== 'mapping')
    complain(
      `jobs:${name} config should implement the script:, run:, or trigger: keyword (it is no map)${diagnostics.didYouMean(name, rootKeywords)}`,
    )
}

/** `on`, `yes` and the like became booleans when the document was read. */
function hintFor(text: string): string {
  return text === 'true' || text === 'false' ? ` (YAML reads on, off, yes and no as ${text})` : ''
}
