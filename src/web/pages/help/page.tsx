import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { useResource } from '../../api/resource.ts'
import { parseMarkdown } from '../../prose/markdown.ts'
import { Markdown } from '../../prose/markdown-view.tsx'
import type { PageProps } from '../../shell/page-modules.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead } from '../../ui/page.tsx'
import { documents, type HelpDocument } from './documents.ts'
import './help.css'

export function Page({ params }: PageProps): JSX.Element {
  const chosen = documents.find(document => document.name === params.topic) ?? documents[0]
  return (
    <>
      <PageHead
        title="Help"
        windowTitle={chosen === undefined ? 'Help' : `${chosen.title}, help`}
        actions={
          <LinkButton icon="link" href="/-/api">
            API reference
          </LinkButton>
        }
      >
        <p class="soft">The documents of exactly this version.</p>
      </PageHead>
      <div class="help-layout">
        <nav class="help-nav" aria-label="Documents">
          {documents.map(document => (
            <a
              key={document.name}
              href={`/help/${document.name}`}
              aria-current={document === chosen ? 'page' : undefined}
            >
              {document.title}
            </a>
          ))}
        </nav>
        {chosen === undefined ? (
          <Empty icon="book" title="No document was built in" />
        ) : (
          <Shown key={chosen.name} document={chosen} />
        )}
      </div>
    </>
  )
}

function Shown({ document }: { readonly document: HelpDocument }): JSX.Element {
  const source = useResource(`help:${document.name}`, () => document.load())
  return <Loaded of={source}>{text => <Text source={text} />}</Loaded>
}

function Text({ source }: { readonly source: string }): JSX.Element {
  const blocks = useMemo(() => parseMarkdown(source), [source])
  return <Markdown blocks={blocks} hrefOf={hrefOf} />
}

/** Links between our documents lead to their pages; only web addresses lead elsewhere. */
function hrefOf(href: string): string {
  const document = /^(?:\.\/|docs\/)?([\w-]+)\.md(#.*)?$/.exec(href)
  if (document !== null) return `/help/${document[1]}${document[2] ?? ''}`
  return /^(https?:\/\/|#|\/)/.test(href) ? href : '/help'
}
