const layers = 10
const needsOfJob = 3

/** A pipeline of ten stages, whose jobs have conditions and each need three of the stage before. */
export function layeredPipeline(jobCount: number): string {
  const width = jobCount / layers
  const stages = Array.from({ length: layers }, (_, layer) => `stage-${layer}`)
  const jobs = stages.flatMap((_, layer) => Array.from({ length: width }, (_, index) => jobText(layer, index, width)))
  return `stages: [${stages.join(', ')}]\n\n.base:\n  image: busybox\n  retry: 1\n\n${jobs.join('\n')}`
}

function jobText(layer: number, index: number, width: number): string {
  const needs = Array.from(
    { length: layer === 0 ? 0 : needsOfJob },
    (_, at) => `job-${layer - 1}-${(index + at) % width}`,
  )
  return `job-${layer}-${index}:
  extends: .base
  stage: stage-${layer}
  needs: [${needs.join(', ')}]
  variables:
    NAME: $CI_JOB_NAME of $CI_COMMIT_REF_NAME
  script:
    - echo "$NAME"
  rules:
    - if: $CI_COMMIT_TAG
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
`
}
