// The configuration of `up` and `server`: options, then SLIPWAY_* from the environment, then defaults. All mistakes are
// told together.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError } from './kit/errors.ts'
import { type ProxyTrust, readProxyTrust, trustNobody } from './kit/visitor.ts'

export type Address = { readonly host: string; readonly port: number }

export type ServerConfig = {
  /** Absolute path of the data folder. */
  readonly dataFolder: string
  readonly listen: readonly Address[]
  /** As browsers and git see the server, without a slash at the end. */
  readonly url: string
  /** As docker sees the registry, without a slash at the end. */
  readonly registryUrl: string
  /** Undefined: `up` starts a private Redis. */
  readonly redisUrl: string | undefined
  readonly databaseFile: string
  readonly runner: boolean
  readonly only: 'web' | 'registry' | undefined
  /** May webhooks go to addresses of the server's own network? */
  readonly innerWebhooks: boolean
  /** The file of other registries whose images are kept here. */
  readonly upstreamsFile: string | undefined
  /** From `SLIPWAY_UPSTREAM_<NAME>_PASSWORD`, by NAME. */
  readonly upstreamPasswords: Readonly<Record<string, string>>
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined
  /** Who signed the certificate that clients see, when it is no public authority. */
  readonly caFile: string | undefined
  /** Proxies that are believed about where a request comes from. */
  readonly trustProxy: ProxyTrust
  readonly rootPassword: string | undefined
  readonly rootToken: string | undefined
}

/** As commander gives them: undefined where the option was not used. */
export type ServerOptions = {
  readonly data?: string
  readonly listen?: readonly string[]
  readonly url?: string
  readonly registryUrl?: string
  readonly redis?: string
  readonly database?: string
  readonly runner?: boolean
  readonly only?: string
  readonly upstreams?: string
  readonly innerWebhooks?: boolean
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsCa?: string
  readonly trustProxy?: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/** @throws AppError `usage` that lists every mistake */
export function readServerConfig(options: ServerOptions, environment: Environment): ServerConfig {
  const mistakes: string[] = []
  const text = (option: string | undefined, name: string): string | undefined =>
    option ?? (environment[`SLIPWAY_${name}`] || undefined)
  const listenTexts = options.listen ??
    environment.SLIPWAY_LISTEN?.split(/[\s,]+/).filter(Boolean) ?? ['127.0.0.1:8080']
  const listen = listenTexts.map(each => readAddress(each, mistakes))
  const dataFolder = resolve(
    text(options.data, 'DATA') ?? join(environment.XDG_DATA_HOME || join(homedir(), '.local/share'), 'slipway'),
  )
  const certFile = text(options.tlsCert, 'TLS_CERT')
  const keyFile = text(options.tlsKey, 'TLS_KEY')
  if ((certFile === undefined) !== (keyFile === undefined))
    mistakes.push('--tls-cert and --tls-key go together: give both or neither')
  const tls = certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined
  const first = listen[0] ?? { host: '127.0.0.1', port: 8080 }
  const url = readUrl(text(options.url, 'URL') ?? urlOf(first, tls !== undefined), '--url', mistakes)
  const registryUrl = readUrl(text(options.registryUrl, 'REGISTRY_URL') ?? url, '--registry-url', mistakes)
  const only = text(options.only, 'ONLY')
  if (only !== undefined && only !== 'web' && only !== 'registry')
    mistakes.push(`--only: expected web or registry, found '${only}'`)
  const proxies = text(options.trustProxy, 'TRUST_PROXY')
  const trustProxy = proxies === undefined ? trustNobody : readProxyTrust(proxies)
  if (trustProxy === null)
    mistakes.push(
      `--trust-proxy: expected addresses like 10.0.0.1 or 10.0.0.0/8, or a number of proxies, found '${proxies}'`,
    )
  const rootPassword = environment.SLIPWAY_ROOT_PASSWORD || undefined
  if (rootPassword !== undefined && rootPassword.length < 8)
    mistakes.push('SLIPWAY_ROOT_PASSWORD: expected at least 8 characters')
  if (mistakes.length > 0) throw new AppError('usage', mistakes.join('\n         '))
  return Object.freeze({
    dataFolder,
    listen,
    url,
    registryUrl,
    redisUrl: text(options.redis, 'REDIS'),
    databaseFile: text(options.database, 'DATABASE') ?? join(dataFolder, 'slipway.db'),
    runner: options.runner ?? environment.SLIPWAY_NO_RUNNER === undefined,
    innerWebhooks: options.innerWebhooks ?? isOn(environment.SLIPWAY_INNER_WEBHOOKS),
    upstreamsFile: text(options.upstreams, 'UPSTREAMS'),
    upstreamPasswords: upstreamPasswords(environment),
    only: only as 'web' | 'registry' | undefined,
    tls,
    caFile: text(options.tlsCa, 'TLS_CA'),
    trustProxy: trustProxy ?? trustNobody,
    rootPassword,
    rootToken: environment.SLIPWAY_ROOT_TOKEN || undefined,
  })
}

function isOn(text: string | undefined): boolean {
  return text !== undefined && !['', '0', 'false', 'no'].includes(text.toLowerCase())
}

function upstreamPasswords(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) => {
      const name = /^SLIPWAY_UPSTREAM_(\w+)_PASSWORD$/.exec(key)?.[1]
      return name === undefined || !value ? [] : [[name, value]]
    }),
  )
}

function readAddress(text: string, mistakes: string[]): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65535) {
    mistakes.push(`--listen: expected HOST:PORT, found '${text}' (for example 127.0.0.1:8080)`)
    return { host: '127.0.0.1', port: 0 }
  }
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port }
}

function urlOf(address: Address, secure: boolean): string {
  const host =
    address.host === '0.0.0.0' || address.host === '::'
      ? 'localhost'
      : address.host.includes(':')
        ? `[${address.host}]`
        : address.host
  const usual = secure ? 443 : 80
  return `${secure ? 'https' : 'http'}://${host}${address.port === usual ? '' : `:${address.port}`}`
}

function readUrl(text: string, option: string, mistakes: string[]): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    mistakes.push(`${option}: expected an http:// or https:// address, found '${text}'`)
  else if (parsed.pathname !== '/' || parsed.search !== '')
    mistakes.push(`${option}: expected an address without a path, found '${text}'`)
  return text.replace(/\/+$/, '')
}
