import type { JSX } from 'preact'
import { liveState } from '../live/connection.ts'
import { signInPath } from '../paths.ts'
import type { PageName } from '../route.ts'
import { currentUser, signOut } from '../session.ts'
import { chooseTheme, type Theme, theme, themes } from '../theme.ts'
import { attempt } from '../ui/action.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Menu } from '../ui/menu.tsx'
import { Brand } from './brand.tsx'
import { openJump } from './jump-state.ts'

type TopbarProps = { readonly page: PageName; readonly hasSidebar: boolean; readonly onDrawer: () => void }

export function Topbar({ page, hasSidebar, onDrawer }: TopbarProps): JSX.Element {
  const user = currentUser.value
  return (
    <header class="topbar">
      {hasSidebar && (
        <div class="drawer-button">
          <Button kind="quiet" icon="menu" label="Pages of this project" onClick={onDrawer} />
        </div>
      )}
      <a class="brand" href="/" aria-label="Slipway: overview">
        <Brand />
        <span>Slipway</span>
      </a>
      <nav class="topnav" aria-label="Main">
        <a href="/" aria-current={page === 'overview' ? 'page' : undefined}>
          Overview
        </a>
        <a href="/-/projects" aria-current={page === 'projects' ? 'page' : undefined}>
          Projects
        </a>
      </nav>
      <span class="spacer" />
      {liveState.value === 'lost' && (
        <span class="live-lost" role="status">
          <span class="spinner" /> Reconnecting
        </span>
      )}
      {user && (
        <button type="button" class="button jump" aria-label="Jump to a project or page" onClick={openJump}>
          <Icon name="search" />
          <span>Jump to …</span>
          <kbd>/</kbd>
        </button>
      )}
      {user ? (
        <UserMenu name={user.name} username={user.username} isAdmin={user.is_admin} />
      ) : (
        <LinkButton href={signInPath(location.pathname)}>Sign in</LinkButton>
      )}
    </header>
  )
}

const themeIcons: Readonly<Record<Theme, IconName>> = { system: 'screen', light: 'sun', dark: 'moon' }
const themeWords: Readonly<Record<Theme, string>> = { system: 'Like the system', light: 'Light', dark: 'Dark' }

function UserMenu({
  name,
  username,
  isAdmin,
}: {
  readonly name: string
  readonly username: string
  readonly isAdmin: boolean
}): JSX.Element {
  return (
    <Menu label={`Account of ${name}`} icon="user">
      <div class="menu-note">
        <strong>{name}</strong>
        <br />@{username}
      </div>
      <hr />
      <a href="/">
        <Icon name="home" /> Overview
      </a>
      <a href="/-/projects">
        <Icon name="folder" /> Projects
      </a>
      <a href="/-/profile">
        <Icon name="user" /> Your account
      </a>
      <a href="/-/access-tokens">
        <Icon name="lock" /> Access tokens
      </a>
      {isAdmin && (
        <a href="/admin">
          <Icon name="gear" /> Administration
        </a>
      )}
      <a href="/help">
        <Icon name="book" /> Help
      </a>
      <hr />
      {themes.map(each => (
        <button type="button" key={each} aria-pressed={theme.value === each} onClick={() => chooseTheme(each)}>
          <Icon name={themeIcons[each]} /> {themeWords[each]}
          {theme.value === each && <Icon name="check" />}
        </button>
      ))}
      <hr />
      <button type="button" onClick={() => void attempt(leave)}>
        <Icon name="external" /> Sign out
      </button>
    </Menu>
  )
}

async function leave(): Promise<null> {
  await signOut()
  location.assign('/sign-in')
  return null
}
