// The floor of the log's way: how fast the engine itself hands over a container's output.
import Docker from 'dockerode'

const image = 'busybox'

/** MiB a second, median of three; null: no engine answers, or it has no busybox. */
export async function attachRate(sizeBytes: number): Promise<number | null> {
  const docker = new Docker()
  const found = await docker
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    )
  if (!found) return null
  const rates: number[] = []
  for (let turn = 0; turn < 3; turn += 1) rates.push(await attachOnce(docker, sizeBytes))
  return rates.sort((one, other) => one - other)[1] ?? null
}

async function attachOnce(docker: Docker, sizeBytes: number): Promise<number> {
  const lines = Math.ceil(sizeBytes / 100)
  const script = `yes '${'a line of a log that is neither short nor long, as tools print them'.padEnd(99, '.')}' | head -n ${lines}`
  const container = await docker.createContainer({
    Image: image,
    Cmd: ['sh', '-c', script],
    Labels: { 'slipway.bench': 'attach' },
    AttachStdout: true,
    HostConfig: { NetworkMode: 'none' },
  })
  try {
    const stream = await container.attach({ stream: true, stdout: true })
    const startedAt = performance.now()
    await container.start()
    let bytes = 0
    for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length
    return bytes / 1024 / 1024 / ((performance.now() - startedAt) / 1000)
  } finally {
    await container.remove({ force: true, v: true })
  }
}
