import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { operationsIn } from '../../../../src/web/pages/help/operations.ts'
import { parseInline, parseMarkdown } from '../../../../src/web/prose/markdown.ts'

const docs = join(import.meta.dirname, '../../../../docs')

describe('a document', () => {
  it('is read into its blocks', () => {
    const blocks = parseMarkdown(
      '# Title\n\nTwo lines\nof text.\n\n- one\n  goes on\n- two\n\n1. first\n\n```sh\na | b\n```\n\n| a | b |\n|---|---|\n| `x|y` | 2 |\n\n> said\n',
    )
    expect(blocks.map(block => block.kind)).toEqual(['heading', 'paragraph', 'list', 'list', 'code', 'table', 'quote'])
    expect(blocks[2]).toMatchObject({ isOrdered: false, items: [[{ text: 'one goes on' }], [{ text: 'two' }]] })
    expect(blocks[4]).toEqual({ kind: 'code', text: 'a | b' })
    expect(blocks[5]).toMatchObject({ rows: [[[{ kind: 'code', text: 'x|y' }], [{ text: '2' }]]] })
  })

  it('keeps what it does not know as text', () => {
    expect(parseInline('<b onclick="x">hi</b> **bold** `a*b*` [x](y.md)')).toEqual([
      { kind: 'text', text: '<b onclick="x">hi</b> ' },
      { kind: 'strong', text: 'bold' },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'a*b*' },
      { kind: 'text', text: ' ' },
      { kind: 'link', text: 'x', href: 'y.md' },
    ])
  })

  it.each(readdirSync(docs).filter(name => name.endsWith('.md')))('of ours, %s, is read to its end', name => {
    const source = readFileSync(join(docs, name), 'utf8')
    const blocks = parseMarkdown(source)
    expect(blocks[0]).toMatchObject({ kind: 'heading', level: 1 })
    const fences = source.split('\n').filter(line => line.startsWith('```')).length / 2
    expect(blocks.filter(block => block.kind === 'code')).toHaveLength(fences)
  })
})

describe('the description of the API', () => {
  it('is read into operations with their parameters', () => {
    const [operation] = operationsIn({
      paths: {
        '/api/v4/projects/{id}/jobs/{job_id}/play': {
          post: {
            operationId: 'playJob',
            parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
            requestBody: {
              content: {
                'application/json': {
                  schema: {
                    required: ['a'],
                    properties: { a: { enum: ['x', 'y'] }, b: { type: 'array', items: { type: 'integer' } } },
                  },
                },
              },
            },
          },
        },
      },
    })
    expect(operation).toMatchObject({
      method: 'POST',
      group: 'jobs',
      summary: 'play job',
      parameters: [
        { name: 'id', place: 'path', type: 'string', isRequired: true },
        { name: 'a', place: 'body', type: 'x, y', isRequired: true },
        { name: 'b', place: 'body', type: 'list of integer', isRequired: false },
      ],
    })
  })
})
