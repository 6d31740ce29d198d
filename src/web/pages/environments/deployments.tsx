import type { JSX } from 'preact'
import { type Deployment, type Environment, listDeployments } from '../../api/environments.ts'
import { useResource } from '../../api/resource.ts'
import { CommitLink, RefLink } from '../../ci/refs.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Person } from '../../ui/person.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { DeployedBy } from './deployed-by.tsx'

type DeploymentsProps = { readonly path: string; readonly environment: Environment; readonly onClose: () => void }

/** The last ten. */
export function Deployments({ path, environment, onClose }: DeploymentsProps): JSX.Element {
  const deployments = useResource(`deployments:${path}:${environment.id}`, signal =>
    listDeployments(path, environment.name, signal),
  )
  return (
    <Dialog title={`Deployments of ${environment.name}`} onClose={onClose} wide>
      <Loaded of={deployments}>
        {page =>
          page.items.length === 0 ? (
            <p class="soft">Nothing was deployed here yet.</p>
          ) : (
            <Table<Deployment>
              name="Deployments"
              rows={page.items}
              keyOf={deployment => deployment.id}
              columns={[
                { title: 'Status', kind: 'narrow', cell: deployment => <Status status={deployment.status} /> },
                {
                  title: 'What',
                  cell: deployment => (
                    <span class="row">
                      <RefLink project={path} name={deployment.ref} isTag={deployment.tag} />
                      <CommitLink project={path} sha={deployment.sha} />
                    </span>
                  ),
                },
                {
                  title: 'Job',
                  kind: 'narrow',
                  cell: deployment => <DeployedBy path={path} deployment={deployment} />,
                },
                { title: 'By', kind: 'narrow', cell: deployment => <Person of={deployment.user} /> },
                { title: 'When', kind: 'narrow', cell: deployment => <Ago at={deployment.created_at} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Dialog>
  )
}
