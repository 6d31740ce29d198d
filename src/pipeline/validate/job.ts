import type { Diagnostics } from '../diagnostics.ts'
import { type JobEntry, rootKeywords } from '../document/configuration.ts'
import { bridge, job, jobAndBridge } from '../keywords/job.ts'
import type { Shape } from '../keywords/shape.ts'
import { complain, type Spot, warnAt } from '../keywords/spot.ts'
import { pagesPlanOf } from '../plan/artifacts.ts'
import { flatItemsOf } from '../plan/read.ts'
import { isNull, type MappingNode, valueAt, type YamlNode } from '../yaml/node.ts'

/** Checks one job: each keyword (the defaults were checked where they stand), and what they mean for each other. */
export function checkJob(
  { name, key, node, own, isIncomplete }: JobEntry,
  root: MappingNode,
  diagnostics: Diagnostics,
): void {
  if (node.kind !== 'mapping') return
  const spot: Spot = { path: name, location: `jobs:${name}`, subject: `jobs:${name} config`, diagnostics }
  checkWhatItRuns(node, key, isIncomplete, spot)
  shapeFor(node).check(own, spot)
  checkConditions(node, key, spot)
  checkDelay(node, key, spot)
  checkPages(name, key, node, spot)
  warnAboutOpenRules(node, root, spot)
}

function shapeFor(node: MappingNode): Shape {
  if (!has(node, 'trigger')) return job
  return has(node, 'script') || has(node, 'run') ? jobAndBridge : bridge
}

function checkWhatItRuns(job: MappingNode, key: YamlNode, isIncomplete: boolean, spot: Spot): void {
  const together = (keys: readonly string[]) => {
    const used = keys.filter(name => has(job, name))
    if (used.length > 1) complain(spot, key, `these keys cannot be used together: ${used.join(', ')}`)
  }
  together(['script', 'trigger'])
  together(has(job, 'run') ? ['script', 'run', 'before_script', 'after_script'] : [])
  if (!isIncomplete && !['script', 'run', 'trigger'].some(name => has(job, name)))
    complain(
      spot,
      key,
      `should implement the script:, run:, or trigger: keyword${spot.diagnostics.didYouMean(spot.path, rootKeywords)}`,
    )
}

function checkConditions(job: MappingNode, key: YamlNode, spot: Spot): void {
  if (!has(job, 'rules')) return
  const disallowed = ['only', 'except', 'start_in'].filter(name => has(job, name))
  if (disallowed.length > 0) complain(spot, key, `key may not be used with \`rules\`: ${disallowed.join(', ')}`)
}

function checkDelay(job: MappingNode, key: YamlNode, spot: Spot): void {
  if (has(job, 'rules') || has(job, 'trigger')) return
  const when = valueAt(job, 'when')
  const isDelayed = when?.kind === 'scalar' && when.text === 'delayed'
  const startIn = valueAt(job, 'start_in')
  const aboutStart = { ...spot, path: `${spot.path}:start_in`, subject: `${spot.location} start in` }
  if (isDelayed && !startIn) complain(aboutStart, key, 'should be a duration: when: delayed waits for it')
  if (!isDelayed && startIn) complain(aboutStart, startIn, 'must be blank: it goes with when: delayed only')
}

function checkPages(name: string, key: YamlNode, job: MappingNode, spot: Spot): void {
  const plan = pagesPlanOf(name, job)
  const pages = valueAt(job, 'pages')
  const publish = valueAt(job, 'publish')
  if (plan)
    warnAt(
      { ...spot, path: pages ? `${spot.path}:pages` : spot.path },
      pages ?? key,
      `publishes nothing here: its folder '${plan.publish}' is kept as an artifact; open it with the job's artifacts or by \`slipway job artifacts\``,
    )
  if (!publish) return
  const about = { ...spot, path: `${spot.path}:publish`, subject: `${spot.location} publish` }
  if (!plan) complain(about, publish, "can only be used within a 'pages' job")
  else if (valueAt(pages, 'publish')) complain(about, publish, 'cannot be used in the job and in pages: at once')
}

/** A last rule that always matches makes a branch and a merge request pipeline of one push. */
function warnAboutOpenRules(job: MappingNode, root: MappingNode, spot: Spot): void {
  if (valueAt(valueAt(root, 'workflow'), 'rules')) return
  const last = flatItemsOf(valueAt(job, 'rules')).at(-1)
  if (last?.kind !== 'mapping') return
  const when = valueAt(last, 'when')
  const isOpen = !['if', 'changes', 'exists'].some(key => has(last, key))
  if (!isOpen || when?.kind !== 'scalar' || when.text === 'never') return
  spot.diagnostics.warn(
    `${spot.location} may allow multiple pipelines to run for a single action due to \`rules:when\` clause with no \`workflow:rules\``,
    `${spot.path}:rules`,
    last.place,
  )
}

function has(job: MappingNode, key: string): boolean {
  const found = job.entries.get(key)
  return found !== undefined && !isNull(found.value)
}
