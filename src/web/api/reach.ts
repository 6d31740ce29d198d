import { ApiError } from './api-error.ts'

const tries = 4
const firstPauseMs = 150

/** Reading may be tried again: a change of the network, such as a new VPN, breaks requests that are under way. */
export async function reach(url: string, request: RequestInit): Promise<Response> {
  const mayRepeat = (request.method ?? 'GET') === 'GET'
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetch(url, request)
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error
      if (!mayRepeat || attempt === tries)
        throw new ApiError(0, 'The server does not answer. Check that it runs and that your connection works.')
      await new Promise(resolve => setTimeout(resolve, firstPauseMs * 2 ** (attempt - 1)))
    }
  }
}
