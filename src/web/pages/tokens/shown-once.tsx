import type { JSX } from 'preact'
import { Button } from '../../ui/button.tsx'
import { Command } from '../../ui/copy.tsx'
import { Notice } from '../../ui/notice.tsx'

type ShownOnceProps = {
  readonly name: string
  readonly secret: string
  readonly username?: string
  readonly onClose: () => void
}

/** A secret that only this moment shows: the server keeps its hash. */
export function ShownOnce({ name, secret, username, onClose }: ShownOnceProps): JSX.Element {
  return (
    <Notice
      tone="green"
      action={
        <Button small onClick={onClose}>
          I have it
        </Button>
      }
    >
      <strong>Copy {name} now: it is not shown again.</strong>
      {username !== undefined && (
        <span>
          Its user name is <code>{username}</code>.
        </span>
      )}
      <Command text={secret} label="Copy the token" />
    </Notice>
  )
}
