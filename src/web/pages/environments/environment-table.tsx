import type { JSX } from 'preact'
import { type Deployment, deleteEnvironment, type Environment, stopEnvironment } from '../../api/environments.ts'
import { CommitLink, RefLink } from '../../ci/refs.tsx'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Icon } from '../../ui/icon.tsx'
import { StatusIcon } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { DeployedBy } from './deployed-by.tsx'

type EnvironmentTableProps = {
  readonly path: string
  readonly rows: readonly Environment[]
  readonly mayChange: boolean
  readonly onShow: (environment: Environment) => void
  readonly onChanged: () => void
}

export function EnvironmentTable({ path, rows, mayChange, onShow, onChanged }: EnvironmentTableProps): JSX.Element {
  async function stop(environment: Environment): Promise<void> {
    const body = <p>Its stop job runs, if the file names one (on_stop). The environment is kept as stopped.</p>
    if (!(await confirm({ title: `Stop ${environment.name}?`, body, action: 'Stop environment' }))) return
    await attempt(async () => {
      await stopEnvironment(path, environment.id)
      return `${environment.name} is being stopped.`
    })
    onChanged()
  }
  async function remove(environment: Environment): Promise<void> {
    const body = <p>Its list of deployments goes with it. What was deployed stays where it is.</p>
    if (!(await confirm({ title: `Delete ${environment.name}?`, body, action: 'Delete environment' }))) return
    await attempt(async () => {
      await deleteEnvironment(path, environment.id)
      return `${environment.name} was deleted.`
    })
    onChanged()
  }
  return (
    <Table<Environment>
      name="Environments"
      rows={rows}
      keyOf={environment => environment.id}
      columns={[
        {
          title: 'Environment',
          kind: 'main',
          cell: environment => (
            <div class="two-lines">
              <span class="row">
                <span class="strong clip">{environment.name}</span>
                {environment.tier !== environment.name && <span class="tag">{environment.tier}</span>}
              </span>
              {environment.external_url && <ExternalLink url={environment.external_url} />}
            </div>
          ),
        },
        { title: 'Deployed', cell: environment => <Last path={path} environment={environment} /> },
        {
          title: 'When',
          kind: 'narrow',
          cell: ({ last_deployment: last }) => last && !isWaiting(last) && <Ago at={last.created_at} />,
        },
        {
          title: '',
          kind: 'actions',
          cell: environment => (
            <span class="row">
              <Button
                small
                kind="quiet"
                icon="list"
                label={`Deployments of ${environment.name}`}
                onClick={() => onShow(environment)}
              />
              {mayChange && environment.state === 'available' && (
                <Button
                  small
                  kind="quiet"
                  icon="stop"
                  label={`Stop ${environment.name}`}
                  onClick={() => void stop(environment)}
                />
              )}
              {mayChange && environment.state === 'stopped' && (
                <Button
                  small
                  kind="quiet"
                  icon="trash"
                  label={`Delete ${environment.name}`}
                  onClick={() => void remove(environment)}
                />
              )}
            </span>
          ),
        },
      ]}
    />
  )
}

/** Only web addresses become links: a pipeline's file could name anything. */
function ExternalLink({ url }: { readonly url: string }): JSX.Element {
  if (!/^https?:\/\//i.test(url)) return <span class="soft small clip">{url}</span>
  return (
    <a class="row small" href={url} target="_blank" rel="noopener noreferrer">
      <Icon name="external" size={12} />
      <span class="clip">{url.replace(/^https?:\/\//, '')}</span>
    </a>
  )
}

function Last({ path, environment }: { readonly path: string; readonly environment: Environment }): JSX.Element {
  const last = environment.last_deployment
  if (!last) return <span class="faint">nothing yet</span>
  if (isWaiting(last)) {
    return (
      <span class="row">
        <StatusIcon status={last.deployable?.status ?? last.status} />
        <DeployedBy path={path} deployment={last} />
        <span class="soft">is to deploy</span>
        <RefLink project={path} name={last.ref} isTag={last.tag} />
      </span>
    )
  }
  return (
    <span class="row">
      <StatusIcon status={last.status} />
      <RefLink project={path} name={last.ref} isTag={last.tag} />
      <CommitLink project={path} sha={last.sha} />
      <DeployedBy path={path} deployment={last} />
    </span>
  )
}

/** Its job has not begun: nothing of it is deployed. */
function isWaiting(deployment: Deployment): boolean {
  return deployment.status === 'created' || deployment.status === 'blocked'
}
