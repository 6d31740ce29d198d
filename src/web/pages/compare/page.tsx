import type { JSX } from 'preact'
import { readJob } from '../../api/jobs.ts'
import { useResource } from '../../api/resource.ts'
import { attemptsOf } from '../../ci/attempts.ts'
import { jobPath, pipelinePath, projectPath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Loaded } from '../../ui/loading.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHead } from '../../ui/page.tsx'
import { usePipeline } from '../pipeline/use-pipeline.ts'
import { Comparison } from './comparison.tsx'
import './compare.css'

export function Page({ params }: PageProps): JSX.Element {
  const { project: path = '', id = '', other = '' } = params
  const job = useResource(`job:${path}:${id}`, signal => readJob(path, id, signal))
  return (
    <Loaded of={job}>
      {({ name, pipeline }) => (
        <>
          <PageHead
            title={`Attempts of ${name}`}
            windowTitle={`Attempts of ${name} of ${path}`}
            crumbs={[
              { label: 'Pipelines', href: projectPath(path, 'pipelines') },
              { label: `#${pipeline.id}`, href: pipelinePath(path, pipeline.id) },
              { label: name, href: jobPath(path, Number(other)) },
            ]}
          />
          <Attempts path={path} name={name} pipeline={pipeline.id} left={Number(id)} right={Number(other)} />
        </>
      )}
    </Loaded>
  )
}

type AttemptsProps = {
  readonly path: string
  readonly name: string
  readonly pipeline: number
  readonly left: number
  readonly right: number
}

function Attempts({ path, name, pipeline: id, left, right }: AttemptsProps): JSX.Element {
  const pipeline = usePipeline(path, String(id))
  return (
    <Loaded of={pipeline}>
      {({ jobs }) => {
        const attempts = attemptsOf(jobs, name)
        const [one, other] = [left, right].map(wanted => attempts.find(each => each.id === wanted))
        if (one === undefined || other === undefined)
          return <Notice tone="amber">These are not two attempts of one job.</Notice>
        return <Comparison key={`${left} ${right}`} path={path} attempts={attempts} left={one} right={other} />
      }}
    </Loaded>
  )
}
