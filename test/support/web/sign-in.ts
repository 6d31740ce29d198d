import type { Page } from 'playwright-core'

const tries = 4

/** By the page's own form; once more where the network of the machine changed meanwhile. */
export async function signIn(page: Page, url: string, username: string, password: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await page.goto(`${url}/sign-in`)
      await page.getByLabel('User name').fill(username)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor({ timeout: 20_000 })
      return
    } catch (error) {
      // Signed in already: the form leads on by itself.
      if (await page.getByRole('heading', { name: 'Overview' }).isVisible()) return
      if (attempt === tries) throw error
    }
  }
}
