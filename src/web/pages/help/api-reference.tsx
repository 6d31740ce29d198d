import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/resource.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { type Operation, operationsIn } from './operations.ts'
import './help.css'

/** The API of this very server, read from its own description. */
export function Page(): JSX.Element {
  const operations = useResource('openapi', readOperations)
  const [text, setText] = useState('')
  return (
    <>
      <PageHead
        title="API reference"
        crumbs={[{ label: 'Help', href: '/help' }]}
        actions={
          <LinkButton icon="download" href="/api/openapi.json">
            OpenAPI 3.1
          </LinkButton>
        }
      >
        <p class="soft">
          GitLab's <code>/api/v4</code>: its clients work unchanged. Authenticate with a token in the header{' '}
          <code>PRIVATE-TOKEN</code>.
        </p>
      </PageHead>
      <div class="stack">
        <div class="filters">
          <input
            class="input search"
            type="search"
            placeholder="Path or word"
            aria-label="Path or word"
            value={text}
            onInput={event => setText(event.currentTarget.value)}
          />
        </div>
        <Loaded of={operations} rows={12}>
          {all => (
            <Groups
              operations={all.filter(each =>
                `${each.method} ${each.path} ${each.summary} ${each.id}`.toLowerCase().includes(text.toLowerCase()),
              )}
            />
          )}
        </Loaded>
      </div>
    </>
  )
}

async function readOperations(signal: AbortSignal): Promise<readonly Operation[]> {
  const response = await fetch('/api/openapi.json', { signal })
  return operationsIn(await response.json())
}

function Groups({ operations }: { readonly operations: readonly Operation[] }): JSX.Element {
  const groups = Map.groupBy(operations, each => each.group)
  if (groups.size === 0)
    return (
      <Panel>
        <Empty icon="search" title="No operation is like that" />
      </Panel>
    )
  return (
    <>
      {[...groups].map(([group, each]) => (
        <Panel key={group} title={group}>
          {each.map(operation => (
            <One key={`${operation.method} ${operation.path}`} of={operation} />
          ))}
        </Panel>
      ))}
    </>
  )
}

function One({ of }: { readonly of: Operation }): JSX.Element {
  return (
    <details class="operation">
      <summary>
        <span class={`operation-method method-${of.method.toLowerCase()}`}>{of.method}</span>
        <code class="clip">{of.path}</code>
        <span class="soft">{of.summary}</span>
      </summary>
      <div class="operation-body">
        {of.description && <p>{of.description}</p>}
        {of.parameters.length === 0 ? (
          <p class="soft">No parameters.</p>
        ) : (
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Parameter</th>
                <th scope="col">In</th>
                <th scope="col">Type</th>
                <th scope="col">Meaning</th>
              </tr>
            </thead>
            <tbody>
              {of.parameters.map(parameter => (
                <tr key={`${parameter.place} ${parameter.name}`}>
                  <td>
                    <code>{parameter.name}</code> {parameter.isRequired && <span class="tag">required</span>}
                  </td>
                  <td>{parameter.place}</td>
                  <td>{parameter.type}</td>
                  <td>{parameter.description}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </details>
  )
}
