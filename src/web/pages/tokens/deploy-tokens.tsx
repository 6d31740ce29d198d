import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { createDeployToken, type DeployToken, listDeployTokens, revokeAccessToken } from '../../api/access-tokens.ts'
import { useResource } from '../../api/resource.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { ScopeChoice } from './scope-choice.tsx'
import { ShownOnce } from './shown-once.tsx'

const deployScopes = ['read_repository', 'read_registry', 'write_registry']

/** For machines that only pull: a server that runs the images, a mirror. */
export function DeployTokenList({ base }: { readonly base: string }): JSX.Element {
  const tokens = useResource(`deploy-tokens:${base}`, signal => listDeployTokens(base, signal))
  const [isAdding, setAdding] = useState(false)
  const [made, setMade] = useState<DeployToken | null>(null)
  const reload = (): void => void tokens.reload()

  async function revoke(token: DeployToken): Promise<void> {
    const body = <p>Servers that pull with it can pull no more.</p>
    if (!(await confirm({ title: `Revoke ${token.name}?`, body, action: 'Revoke token' }))) return
    await attempt(async () => {
      await revokeAccessToken(base, token.id)
      return `${token.name} was revoked.`
    })
    reload()
  }

  return (
    <>
      {made?.token !== undefined && (
        <ShownOnce name={made.name} secret={made.token} username={made.username} onClose={() => setMade(null)} />
      )}
      <Panel
        title="Deploy tokens"
        actions={
          <Button small icon="plus" onClick={() => setAdding(true)}>
            New deploy token
          </Button>
        }
      >
        <Loaded of={tokens} rows={2}>
          {rows =>
            rows.length === 0 ? (
              <Empty icon="download" title="No deploy token yet">
                <p class="empty-text">For a machine that pulls code or images of this project and does nothing else.</p>
              </Empty>
            ) : (
              <Table<DeployToken>
                name="Deploy tokens"
                rows={rows}
                keyOf={token => token.id}
                columns={[
                  { title: 'Token', kind: 'main', cell: token => <span class="strong">{token.name}</span> },
                  { title: 'User name', cell: token => <span class="mono">{token.username}</span> },
                  { title: 'May', cell: token => token.scopes.join(', ') },
                  { title: 'Until', kind: 'narrow', cell: token => token.expires_at?.slice(0, 10) ?? 'without end' },
                  {
                    title: '',
                    kind: 'actions',
                    cell: token => (
                      <Button
                        small
                        kind="quiet"
                        icon="trash"
                        label={`Revoke ${token.name}`}
                        onClick={() => void revoke(token)}
                      />
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
      {isAdding && (
        <NewDeployToken
          base={base}
          onClose={() => setAdding(false)}
          onMade={token => {
            setMade(token)
            reload()
          }}
        />
      )}
    </>
  )
}

type NewDeployTokenProps = {
  readonly base: string
  readonly onClose: () => void
  readonly onMade: (token: DeployToken) => void
}

function NewDeployToken({ base, onClose, onMade }: NewDeployTokenProps): JSX.Element {
  const [name, setName] = useState('')
  const [until, setUntil] = useState('')
  const [scopes, setScopes] = useState<readonly string[]>(['read_registry'])
  const [busy, setBusy] = useState(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const done = await attempt(async () => {
      onMade(await createDeployToken(base, { name, scopes, ...(until === '' ? {} : { expires_at: until }) }))
      return null
    })
    setBusy(false)
    if (done) onClose()
  }

  return (
    <Dialog title="New deploy token" onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField label="Name" value={name} onInput={setName} required focus />
        <TextField label="Until" type="date" value={until} onInput={setUntil} hint="Left empty, it is without end." />
        <ScopeChoice scopes={deployScopes} chosen={scopes} onChange={setScopes} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={name === '' || scopes.length === 0}>
            Make token
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
