import { expect, test } from 'vitest'
import { readServerConfig } from '../../src/config.ts'

test('options go before the environment, and both before what is usual', () => {
  expect(readServerConfig({}, {})).toMatchObject({ url: 'http://127.0.0.1:8080', innerWebhooks: false })
  const environment = { SLIPWAY_LISTEN: '127.0.0.1:9000', SLIPWAY_UPSTREAMS: 'a.json', SLIPWAY_INNER_WEBHOOKS: '1' }
  expect(readServerConfig({}, environment)).toMatchObject({
    url: 'http://127.0.0.1:9000',
    upstreamsFile: 'a.json',
    innerWebhooks: true,
  })
  const options = { listen: ['127.0.0.1:7000'], upstreams: 'b.json' }
  expect(readServerConfig(options, environment)).toMatchObject({
    url: 'http://127.0.0.1:7000',
    upstreamsFile: 'b.json',
  })
})

test.each(['', '0', 'false', 'no'])('a switch that says %j is off', text => {
  expect(readServerConfig({}, { SLIPWAY_INNER_WEBHOOKS: text }).innerWebhooks).toBe(false)
})

test('passwords of upstreams are told by their names', () => {
  const environment = { SLIPWAY_UPSTREAM_HUB_PASSWORD: 'x', SLIPWAY_UPSTREAM_MY_HUB_PASSWORD: 'y', OTHER: 'z' }
  expect(readServerConfig({}, environment).upstreamPasswords).toEqual({ HUB: 'x', MY_HUB: 'y' })
})

test('all mistakes are told at once', () => {
  const options = { listen: ['nonsense'], url: 'ftp://x', only: 'all', tlsCert: 'cert.pem' }
  for (const option of ['--listen', '--url', '--only', '--tls-cert'])
    expect(() => readServerConfig(options, {})).toThrow(option)
})
