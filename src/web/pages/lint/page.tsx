import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { wordsOf } from '../../api/api-error.ts'
import { type LintResult, lintText } from '../../api/lint.ts'
import { useProject } from '../../api/projects.ts'
import { readFile } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page.tsx'
import { tellFailure } from '../../ui/toast.tsx'
import { RefPicker } from '../repository/ref-picker.tsx'
import { Editor, type EditorHandle } from './editor.tsx'
import { LintReport } from './report.tsx'
import { sampleFile } from './sample.ts'

/** The file of the branch to change and check, without pushing. */
export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const { query } = useLocation()
  const project = useProject(path)
  return (
    <Loaded of={project}>
      {data => <Checked key={query.ref ?? ''} path={path} gitRef={query.ref ?? data.default_branch ?? 'main'} />}
    </Loaded>
  )
}

function Checked({ path, gitRef }: { readonly path: string; readonly gitRef: string }): JSX.Element {
  const { path: pathname } = useLocation()
  const file = useResource(`ci-file:${path}:${gitRef}`, signal => readCiFile(path, gitRef, signal))
  return (
    <>
      <PageHead
        title="CI lint"
        windowTitle={`CI lint of ${path}`}
        aside={
          <RefPicker project={path} current={gitRef} hrefFor={ref => `${pathname}?ref=${encodeURIComponent(ref)}`} />
        }
      >
        <p class="soft">
          Checks a <code>.gitlab-ci.yml</code> by the same code that runs it: what is wrong, what it becomes with
          everything included, and which jobs a push to {gitRef} would run.
        </p>
      </PageHead>
      <Loaded of={file}>{text => <Workbench path={path} gitRef={gitRef} initial={text} />}</Loaded>
    </>
  )
}

async function readCiFile(path: string, gitRef: string, signal: AbortSignal): Promise<string> {
  return readFile(path, '.gitlab-ci.yml', gitRef, signal).catch(() => sampleFile)
}

type WorkbenchProps = { readonly path: string; readonly gitRef: string; readonly initial: string }

function Workbench({ path, gitRef, initial }: WorkbenchProps): JSX.Element {
  const [text, setText] = useState(initial)
  const [result, setResult] = useState<LintResult | null>(null)
  const [busy, setBusy] = useState(false)
  const editor = useRef<EditorHandle>(null)

  async function check(): Promise<void> {
    setBusy(true)
    try {
      setResult(await lintText(path, text, gitRef))
    } catch (error) {
      tellFailure(wordsOf(error))
    }
    setBusy(false)
  }

  useEffect(() => {
    void check()
  }, [])

  return (
    <div class="stack">
      <Editor handle={editor} value={text} onInput={setText} onSubmit={() => void check()} />
      <div class="row">
        <Button kind="primary" icon="check" busy={busy} onClick={() => void check()}>
          Check
        </Button>
        <span class="soft small">
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>
        </span>
      </div>
      {result !== null && <LintReport result={result} onLine={line => editor.current?.goTo(line)} />}
    </div>
  )
}
