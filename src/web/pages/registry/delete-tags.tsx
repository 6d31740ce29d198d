import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { wordsOf } from '../../api/api-error.ts'
import { type DeletionPreview, deleteImageTag, previewDeletion } from '../../api/registry.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Skeleton } from '../../ui/loading.tsx'
import { Notice } from '../../ui/notice.tsx'
import { tell, tellFailure } from '../../ui/toast.tsx'
import { countWords } from '../../words.ts'
import { PreviewOf } from './preview.tsx'

type DeleteTagsProps = {
  readonly path: string
  readonly repository: string
  readonly tags: readonly string[]
  readonly onClose: () => void
  readonly onDone: () => void
}

/** Says first what goes, what stays, and how many bytes come back. */
export function DeleteTags({ path, repository, tags, onClose, onDone }: DeleteTagsProps): JSX.Element {
  const [preview, setPreview] = useState<DeletionPreview | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    previewDeletion(path, repository, tags).then(setPreview, error => setFailure(wordsOf(error)))
  }, [])

  async function remove(): Promise<void> {
    if (preview === null) return
    setBusy(true)
    const failed: string[] = []
    for (const tag of preview.tags)
      await deleteImageTag(path, repository, tag).catch(error => failed.push(`${tag}: ${wordsOf(error)}`))
    const deleted = preview.tags.length - failed.length
    if (deleted > 0) tell(`${countWords(deleted, 'tag')} ${deleted === 1 ? 'was' : 'were'} deleted.`)
    if (failed.length > 0) tellFailure(failed.join('; '))
    onDone()
    onClose()
  }

  return (
    <Dialog title={tags.length === 1 ? `Delete ${tags[0]}?` : `Delete ${tags.length} tags?`} onClose={onClose}>
      {failure !== null && <Notice tone="red">{failure}</Notice>}
      {preview === null && failure === null && <Skeleton rows={3} />}
      {preview !== null && <PreviewOf preview={preview} />}
      <div class="dialog-actions">
        <Button onClick={onClose}>Keep</Button>
        <Button
          kind="danger"
          busy={busy}
          disabled={preview === null || preview.tags.length === 0}
          onClick={() => void remove()}
        >
          {preview === null ? 'Delete' : `Delete ${countWords(preview.tags.length, 'tag')}`}
        </Button>
      </div>
    </Dialog>
  )
}
