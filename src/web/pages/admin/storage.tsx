import type { JSX } from 'preact'
import { readStorage } from '../../api/instance.ts'
import { useResource } from '../../api/resource.ts'
import { Loaded } from '../../ui/loading.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { sizeWords } from '../../words.ts'
import './storage.css'

/** What the data folder holds, and how much room is left. */
export function StoragePanel(): JSX.Element {
  const storage = useResource('storage', readStorage)
  return (
    <Panel title="Storage" padded>
      <Loaded of={storage} rows={4}>
        {({ uses, free_bytes: free, total_bytes: total }) => {
          const largest = Math.max(1, ...uses.map(use => use.size_bytes))
          return (
            <>
              {free !== null && total !== null && free < total / 20 && (
                <Notice tone="amber">
                  Less than 5 % of the disk is free. Set cleanup policies for images, or let artifacts expire sooner.
                </Notice>
              )}
              <ul class="storage">
                {uses.map(use => (
                  <li key={use.name}>
                    <span>{use.name}</span>
                    <span class="meter">
                      <span style={{ width: `${(use.size_bytes / largest) * 100}%` }} />
                    </span>
                    <span class="number">{sizeWords(use.size_bytes)}</span>
                  </li>
                ))}
              </ul>
              {free !== null && total !== null && (
                <p class="soft small">
                  {sizeWords(free)} of {sizeWords(total)} on this disk are free.
                </p>
              )}
            </>
          )
        }}
      </Loaded>
    </Panel>
  )
}
