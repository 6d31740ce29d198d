import { execa } from 'execa'
import { describe, expect, it } from 'vitest'

const part = new URL('../../../scripts/parts/capabilities.sh', import.meta.url).pathname

async function strike(config: unknown, ...capabilities: string[]): Promise<unknown> {
  const { stdout } = await execa(
    'sh',
    ['-c', '. "$0"; script=$(capabilities_sed "$@"); exec sed -e "$script"', part, ...capabilities],
    {
      input: JSON.stringify(config),
    },
  )
  return JSON.parse(stdout)
}

describe('striking capabilities from an OCI config', () => {
  it.each([
    ['the first', ['CAP_SYS_RESOURCE', 'CAP_KILL'], ['CAP_KILL']],
    ['one between', ['CAP_CHOWN', 'CAP_SYS_RESOURCE', 'CAP_KILL'], ['CAP_CHOWN', 'CAP_KILL']],
    ['the last', ['CAP_KILL', 'CAP_SYS_RESOURCE'], ['CAP_KILL']],
    ['the only one', ['CAP_SYS_RESOURCE'], []],
    ['none', ['CAP_SYS_RESOURCES', 'CAP_KILL'], ['CAP_SYS_RESOURCES', 'CAP_KILL']],
  ])('takes %s out of each list', async (_, list, left) => {
    const struck = await strike({ process: { capabilities: { bounding: list, effective: list } } }, 'CAP_SYS_RESOURCE')
    expect(struck).toEqual({ process: { capabilities: { bounding: left, effective: left } } })
  })

  it('takes several out at once', async () => {
    const struck = await strike(
      { capabilities: { bounding: ['CAP_BPF', 'CAP_KILL', 'CAP_PERFMON'] } },
      'CAP_PERFMON',
      'CAP_BPF',
    )
    expect(struck).toEqual({ capabilities: { bounding: ['CAP_KILL'] } })
  })

  it('leaves the same word alone in arguments and variables, however they are quoted', async () => {
    const config = {
      process: {
        args: ['echo', 'CAP_SYS_RESOURCE', '"capabilities":{"bounding":["CAP_SYS_RESOURCE"]}'],
        env: ['WANTED="CAP_SYS_RESOURCE",'],
        capabilities: { bounding: ['CAP_KILL'] },
      },
      annotations: { a: 'CAP_SYS_RESOURCE' },
    }
    expect(await strike(config, 'CAP_SYS_RESOURCE')).toEqual(config)
  })
})
