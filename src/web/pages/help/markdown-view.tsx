import type { JSX } from 'preact'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import type { Block, Inline } from './markdown.ts'

export function Markdown({ blocks }: { readonly blocks: readonly Block[] }): JSX.Element {
  return (
    <div class="prose">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  )
}

function BlockView({ block }: { readonly block: Block }): JSX.Element {
  switch (block.kind) {
    case 'heading':
      return <Heading level={block.level} id={block.id} content={block.content} />
    case 'paragraph':
      return <p>{block.content.map(Part)}</p>
    case 'quote':
      return <blockquote class="soft">{block.content.map(Part)}</blockquote>
    case 'code':
      return (
        <ScrollArea name="Example" class="prose-code">
          <pre>
            <code>{block.text}</code>
          </pre>
        </ScrollArea>
      )
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{item.map(Part)}</li>)
      return block.isOrdered ? <ol>{items}</ol> : <ul>{items}</ul>
    }
    case 'table':
      return <TableView head={block.head} rows={block.rows} />
  }
}

function Heading({
  level,
  id,
  content,
}: {
  readonly level: number
  readonly id: string
  readonly content: readonly Inline[]
}): JSX.Element {
  const parts = content.map(Part)
  if (level === 1) return <h1 id={id}>{parts}</h1>
  return level === 2 ? <h2 id={id}>{parts}</h2> : <h3 id={id}>{parts}</h3>
}

type TableViewProps = Pick<Extract<Block, { kind: 'table' }>, 'head' | 'rows'>

function TableView({ head, rows }: TableViewProps): JSX.Element {
  return (
    <ScrollArea name="Table" class="table-wrap">
      <table class="table">
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col">
                {cell.map(Part)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at}>{cell.map(Part)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  )
}

function Part(part: Inline, index: number): JSX.Element | string {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return <code key={index}>{part.text}</code>
    case 'strong':
      return <strong key={index}>{part.text}</strong>
    case 'emphasis':
      return <em key={index}>{part.text}</em>
    case 'link':
      return (
        <a key={index} href={hrefOf(part.href)}>
          {part.text}
        </a>
      )
  }
}

/** Links between our documents lead to their pages; only web addresses lead elsewhere. */
function hrefOf(href: string): string {
  const document = /^(?:\.\/|docs\/)?([\w-]+)\.md(#.*)?$/.exec(href)
  if (document !== null) return `/help/${document[1]}${document[2] ?? ''}`
  return /^(https?:\/\/|#|\/)/.test(href) ? href : '/help'
}
