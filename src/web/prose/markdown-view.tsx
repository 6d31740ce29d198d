import type { JSX } from 'preact'
import { ScrollArea } from '../ui/scroll-area.tsx'
import type { Block, Inline } from './markdown.ts'
import './prose.css'

type MarkdownProps = {
  readonly blocks: readonly Block[]
  /** Where a link of the text leads; null: nowhere, and its words are text. */
  readonly hrefOf: (href: string) => string | null
}

export function Markdown({ blocks, hrefOf }: MarkdownProps): JSX.Element {
  return <div class="prose">{blocks.map((block, index) => blockView(block, index, hrefOf))}</div>
}

function blockView(block: Block, key: number, hrefOf: MarkdownProps['hrefOf']): JSX.Element {
  const parts = (content: readonly Inline[]) => content.map((part, index) => inlineView(part, index, hrefOf))
  switch (block.kind) {
    case 'heading':
      return headingView(key, block.level, block.id, parts(block.content))
    case 'paragraph':
      return <p key={key}>{parts(block.content)}</p>
    case 'quote':
      return (
        <blockquote key={key} class="soft">
          {parts(block.content)}
        </blockquote>
      )
    case 'code':
      return (
        <ScrollArea key={key} name="Example" class="prose-code">
          <pre>
            <code>{block.text}</code>
          </pre>
        </ScrollArea>
      )
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{parts(item)}</li>)
      return block.isOrdered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>
    }
    case 'table':
      return tableView(
        key,
        block.head.map(parts),
        block.rows.map(row => row.map(parts)),
      )
  }
}

type Parts = readonly (JSX.Element | string)[]

function headingView(key: number, level: number, id: string | undefined, parts: Parts): JSX.Element {
  const Heading = level === 1 ? 'h1' : level === 2 ? 'h2' : 'h3'
  return (
    <Heading key={key} id={id}>
      {parts}
    </Heading>
  )
}

function tableView(key: number, head: readonly Parts[], rows: readonly (readonly Parts[])[]): JSX.Element {
  return (
    <ScrollArea key={key} name="Table" class="table-wrap">
      <table class="table">
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  )
}

function inlineView(part: Inline, key: number, hrefOf: MarkdownProps['hrefOf']): JSX.Element | string {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return <code key={key}>{part.text}</code>
    case 'strong':
      return <strong key={key}>{part.text}</strong>
    case 'emphasis':
      return <em key={key}>{part.text}</em>
    case 'link': {
      const href = hrefOf(part.href)
      return href === null ? (
        part.text
      ) : (
        <a key={key} href={href}>
          {part.text}
        </a>
      )
    }
  }
}
