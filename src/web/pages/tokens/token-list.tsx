import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type AccessToken, listAccessTokens, revokeAccessToken, rotateAccessToken } from '../../api/access-tokens.ts'
import { roleName } from '../../api/members.ts'
import { useResource } from '../../api/resource.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { NewToken } from './new-token.tsx'
import { ShownOnce } from './shown-once.tsx'

type TokenListProps = {
  /** Where tokens are listed, rotated and revoked. */
  readonly base: string
  /** Where they are made. */
  readonly createBase: string
  /** Whose tokens: administrators would be shown everybody's. */
  readonly userId?: number
  readonly hasRoles: boolean
  readonly emptyText: string
}

export function TokenList({ base, createBase, userId, hasRoles, emptyText }: TokenListProps): JSX.Element {
  const tokens = useResource(`tokens:${base}`, signal => listAccessTokens(base, userId, signal))
  const [isAdding, setAdding] = useState(false)
  const [made, setMade] = useState<AccessToken | null>(null)
  const reload = (): void => void tokens.reload()

  async function rotate(token: AccessToken): Promise<void> {
    const body = <p>What uses the old one stops working at once. The new one is shown once.</p>
    if (!(await confirm({ title: `Replace ${token.name} by a new one?`, body, action: 'Replace' }))) return
    await attempt(async () => {
      setMade(await rotateAccessToken(base, token.id))
      return null
    })
    reload()
  }

  async function revoke(token: AccessToken): Promise<void> {
    const body = <p>What uses it stops working at once. This cannot be undone.</p>
    if (!(await confirm({ title: `Revoke ${token.name}?`, body, action: 'Revoke token' }))) return
    await attempt(async () => {
      await revokeAccessToken(base, token.id)
      return `${token.name} was revoked.`
    })
    reload()
  }

  return (
    <>
      {made?.token !== undefined && <ShownOnce name={made.name} secret={made.token} onClose={() => setMade(null)} />}
      <Panel
        title="Access tokens"
        actions={
          <Button small icon="plus" onClick={() => setAdding(true)}>
            New token
          </Button>
        }
      >
        <Loaded of={tokens}>
          {rows =>
            rows.length === 0 ? (
              <Empty icon="lock" title="No token yet">
                <p class="empty-text">{emptyText}</p>
              </Empty>
            ) : (
              <Table<AccessToken>
                name="Access tokens"
                rows={rows}
                keyOf={token => token.id}
                columns={[
                  { title: 'Token', kind: 'main', cell: token => <Name of={token} hasRoles={hasRoles} /> },
                  { title: 'Made', kind: 'narrow', cell: token => <Ago at={token.created_at} /> },
                  { title: 'Used', kind: 'narrow', cell: token => <Ago at={token.last_used_at} /> },
                  {
                    title: 'Until',
                    kind: 'narrow',
                    cell: token =>
                      token.active ? (token.expires_at ?? 'without end') : <span class="tag">expired</span>,
                  },
                  {
                    title: '',
                    kind: 'actions',
                    cell: token => (
                      <span class="row">
                        <Button
                          small
                          kind="quiet"
                          icon="retry"
                          label={`Replace ${token.name}`}
                          onClick={() => void rotate(token)}
                        />
                        <Button
                          small
                          kind="quiet"
                          icon="trash"
                          label={`Revoke ${token.name}`}
                          onClick={() => void revoke(token)}
                        />
                      </span>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
      {isAdding && (
        <NewToken
          base={createBase}
          hasRoles={hasRoles}
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

function Name({ of, hasRoles }: { readonly of: AccessToken; readonly hasRoles: boolean }): JSX.Element {
  return (
    <div class="two-lines">
      <span class="strong">{of.name}</span>
      <span class="row">
        {hasRoles && of.access_level !== undefined && <span class="tag">{roleName(of.access_level)}</span>}
        {of.scopes.map(scope => (
          <span key={scope} class="tag">
            {scope}
          </span>
        ))}
      </span>
    </div>
  )
}
