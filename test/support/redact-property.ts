// The property of the masker: for any cut of any text, the output is that of a plain search over the whole text.
import { createRedactor } from '../../src/logs/redact.ts'
import { secretVariants } from '../../src/logs/secret-variants.ts'
import { createRandom, type Random } from './random.ts'

const splitsOfOneText = 20

export function checkRandomSplits({ splits, seed }: { readonly splits: number; readonly seed: number }): void {
  const random = createRandom(seed)
  for (let done = 0; done < splits; ) {
    const secrets = Array.from({ length: 1 + random.integer(3) }, () => randomSecret(random))
    const text = randomText(random, secrets)
    const expected = searchedOutput(secrets, text)
    for (let turn = 0; turn < splitsOfOneText && done < splits; turn += 1, done += 1) {
      const actual = maskInPieces(random, secrets, text)
      if (actual !== expected) {
        throw new Error(
          `seed ${seed}, split ${done}: ${JSON.stringify({ secrets, text: text.toString('latin1'), expected, actual })}`,
        )
      }
    }
  }
}

/** Few letters, so that secrets overlap themselves and each other. */
function randomSecret(random: Random): string {
  const letters = random.pick(['ab', 'abc', 'a', '0a', 'ab-'])
  const unit = Array.from({ length: 1 + random.integer(4) }, () => random.pick([...letters])).join('')
  return unit.repeat(1 + random.integer(4)).padEnd(4, unit)
}

function randomText(random: Random, secrets: readonly string[]): Buffer {
  const parts = Array.from({ length: 2 + random.integer(8) }, () => {
    const secret = random.pick(secrets)
    switch (random.integer(5)) {
      case 0:
        return Buffer.from(secret)
      case 1:
        return Buffer.from(secret.slice(0, random.integer(secret.length)))
      case 2:
        return Buffer.from(random.pick(secretVariants(secret)))
      case 3:
        return Buffer.from(secret.slice(random.integer(secret.length)))
      default:
        return Buffer.from(Array.from({ length: random.integer(6) }, () => random.pick([97, 98, 99, 10, 0, 255])))
    }
  })
  return Buffer.concat(parts)
}

function searchedOutput(secrets: readonly string[], text: Buffer): string {
  const covered = new Uint8Array(text.length)
  for (const pattern of secrets.flatMap(secretVariants)) {
    for (let at = text.indexOf(pattern); at !== -1; at = text.indexOf(pattern, at + 1))
      covered.fill(1, at, at + pattern.length)
  }
  let output = ''
  for (let index = 0; index < text.length; index += 1) {
    if (covered[index] === 0) output += String.fromCharCode(text[index] as number)
    else if (index === 0 || covered[index - 1] === 0) output += '[MASKED]'
  }
  return output
}

/** Sometimes the redactor is thrown away on the way and goes on from its state. */
function maskInPieces(random: Random, secrets: readonly string[], text: Buffer): string {
  let redactor = createRedactor({ secrets })
  let output = ''
  for (let at = 0; at < text.length; ) {
    const end = Math.min(text.length, at + 1 + random.integer(12))
    output += Buffer.from(redactor.write(text.subarray(at, end))).toString('latin1')
    at = end
    if (random.integer(8) !== 0) continue
    const state = redactor.state()
    redactor = createRedactor({ secrets, state })
    at = state.readFrom
  }
  return output + Buffer.from(redactor.flush()).toString('latin1')
}
