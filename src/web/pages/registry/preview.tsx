import type { JSX } from 'preact'
import type { DeletionPreview } from '../../api/registry.ts'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { countWords, sizeWords } from '../../words.ts'
import './preview.css'

const shownTags = 200

export function PreviewOf({ preview }: { readonly preview: DeletionPreview }): JSX.Element {
  const { tags, kept, freed_bytes: freed } = preview
  return (
    <div class="stack-tight">
      {tags.length === 0 ? (
        <p>Nothing would be deleted.</p>
      ) : (
        <p>
          {countWords(tags.length, 'tag')} {tags.length === 1 ? 'goes' : 'go'}, and{' '}
          {freed > 0 ? `${sizeWords(freed)} come back` : 'no space comes back: other tags hold the same layers'}. This
          cannot be undone.
        </p>
      )}
      {tags.length > 0 && (
        <ScrollArea name="Tags that go" class="preview-area">
          <ul class="preview-tags">
            {tags.slice(0, shownTags).map(tag => (
              <li key={tag} class="tag">
                {tag}
              </li>
            ))}
            {tags.length > shownTags && <li class="soft">and {tags.length - shownTags} more</li>}
          </ul>
        </ScrollArea>
      )}
      {kept.length > 0 && (
        <>
          <p>
            {countWords(kept.length, 'tag')} {kept.length === 1 ? 'stays' : 'stay'}:
          </p>
          <ScrollArea name="Tags that stay" class="preview-area">
            <ul class="preview-kept">
              {kept.slice(0, shownTags).map(({ tag, reason }) => (
                <li key={tag}>
                  <span class="mono">{tag}</span> <span class="soft">{reason}</span>
                </li>
              ))}
            </ul>
          </ScrollArea>
        </>
      )}
    </div>
  )
}
