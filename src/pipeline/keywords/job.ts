import { whens } from '../plan/job.ts'
import { artifacts, pages } from './artifacts.ts'
import { cache } from './cache.ts'
import { jobRules, policy } from './conditions.ts'
import { image, services } from './container.ts'
import { environment, release } from './deployment.ts'
import { inherit } from './inherit.ts'
import { textOrTexts, texts } from './lists.ts'
import { needs } from './needs.ts'
import { bridgeParallel, parallel } from './parallel.ts'
import { refused } from './refused.ts'
import { jobTimeout, slashRegex, startIn } from './scalars.ts'
import { allowFailure, bridgeAllowFailure, resourceGroup, retry, tags } from './scheduling.ts'
import { hooks, script, scriptLines } from './script.ts'
import { attribute, choice, entry, type Fields, mapWith, text, truth } from './shape.ts'
import { trigger } from './trigger.ts'
import { idTokens, jobVariables } from './variables.ts'

// Every keyword of a job, with what it may look like.

/** What jobs with a script and trigger jobs have in common. */
const sharedFields: Fields = {
  stage: entry(text()),
  type: entry(text()),
  extends: entry(textOrTexts('should be an array of strings or a string')),
  inherit: entry(inherit),
  rules: attribute(jobRules),
  only: entry(policy),
  except: entry(policy),
  when: attribute(choice(whens)),
  start_in: attribute(startIn),
  manual_confirmation: attribute(text()),
  needs: entry(needs),
  parallel: entry(parallel),
  variables: entry(jobVariables),
  allow_failure: attribute(allowFailure),
  interruptible: entry(truth()),
  resource_group: attribute(resourceGroup),
  environment: entry(environment),
}

export const jobFields: Fields = {
  ...sharedFields,
  script: entry(script),
  before_script: entry(scriptLines),
  after_script: entry(scriptLines),
  hooks: entry(hooks),
  image: entry(image),
  services: entry(services),
  dependencies: attribute(texts()),
  tags: entry(tags),
  retry: entry(retry),
  timeout: entry(jobTimeout),
  artifacts: entry(artifacts),
  cache: entry(cache),
  coverage: entry(slashRegex('must be a regular expression with re2 syntax')),
  release: entry(release),
  id_tokens: entry(idTokens),
  pages: entry(pages),
  publish: attribute(text()),
  run: refused('write the steps as script'),
  inputs: refused(),
  secrets: refused('use masked variables'),
  identity: refused(),
  dast_configuration: refused(),
}

const bridgeWhens = whens.filter(when => when !== 'delayed')

export const bridgeFields: Fields = {
  ...sharedFields,
  when: attribute(choice(bridgeWhens)),
  allow_failure: attribute(bridgeAllowFailure),
  parallel: entry(bridgeParallel),
  trigger: entry(trigger),
}

/** A job with a script; `trigger` may stand there as null. */
export const job = mapWith({ ...jobFields, trigger: entry(trigger) })
export const bridge = mapWith(bridgeFields)
/** For a job that is both, which was refused before: its keywords are checked all the same. */
export const jobAndBridge = mapWith({ ...jobFields, ...bridgeFields })

/** What may stand under `default:`. */
export const defaultFields: Fields = {
  before_script: entry(scriptLines),
  after_script: entry(scriptLines),
  hooks: entry(hooks),
  cache: entry(cache),
  image: entry(image),
  services: entry(services),
  interruptible: entry(truth()),
  timeout: entry(jobTimeout),
  retry: entry(retry),
  tags: entry(tags),
  artifacts: entry(artifacts),
  id_tokens: entry(idTokens),
  identity: refused(),
}
