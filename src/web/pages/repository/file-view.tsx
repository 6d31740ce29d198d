import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { apiUrl, projectUrl } from '../../api/client.ts'
import { readFile } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import { LinkButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { countWords, sizeWords } from '../../words.ts'

type FileViewProps = { readonly path: string; readonly gitRef: string; readonly file: string }

const shownLines = 5000

/** A file as plain text with numbered lines. */
export function FileView({ path, gitRef, file }: FileViewProps): JSX.Element {
  const text = useResource(`file:${path}:${gitRef}:${file}`, signal => readFile(path, file, gitRef, signal))
  const rawUrl = apiUrl(projectUrl(path, `repository/files/${encodeURIComponent(file)}/raw`), { ref: gitRef })
  return <Loaded of={text}>{data => <Text text={data} rawUrl={rawUrl} />}</Loaded>
}

function Text({ text, rawUrl }: { readonly text: string; readonly rawUrl: string }): JSX.Element {
  const chosen = useChosenLine()
  const isBinary = text.slice(0, 8000).includes('\u0000')
  const lines = text.replace(/\n$/, '').split('\n')
  return (
    <Panel
      title=""
      actions={
        <>
          <span class="soft small">
            {isBinary ? 'binary' : countWords(lines.length, 'line')}, {sizeWords(new TextEncoder().encode(text).length)}
          </span>
          {!isBinary && <CopyButton text={text} label="Copy the file" />}
          <LinkButton small kind="quiet" icon="download" label="Raw file" href={rawUrl} download />
        </>
      }
    >
      {isBinary ? (
        <Empty icon="file" title="This file is no text">
          <LinkButton icon="download" href={rawUrl} download>
            Download
          </LinkButton>
        </Empty>
      ) : (
        <ScrollArea class="code" name="The file">
          {lines.slice(0, shownLines).map((line, index) => (
            <div key={index} id={`L${index + 1}`} class="code-line" data-on={chosen === index + 1}>
              <a class="code-number" href={`#L${index + 1}`}>
                {index + 1}
              </a>
              <code>{line}</code>
            </div>
          ))}
        </ScrollArea>
      )}
      {lines.length > shownLines && (
        <p class="panel-body soft">
          {countWords(lines.length - shownLines, 'further line')} are not shown. Download the file to see them.
        </p>
      )}
    </Panel>
  )
}

/** The line of `#L12`: it exists only once the file has been loaded. */
function useChosenLine(): number | null {
  const [line, setLine] = useState(() => lineOf(location.hash))
  useEffect(() => {
    const onHash = (): void => setLine(lineOf(location.hash))
    addEventListener('hashchange', onHash)
    document.getElementById(`L${line}`)?.scrollIntoView({ block: 'center' })
    return () => removeEventListener('hashchange', onHash)
  }, [])
  return line
}

function lineOf(hash: string): number | null {
  const number = /^#L(\d+)/.exec(hash)?.[1]
  return number === undefined ? null : Number(number)
}
