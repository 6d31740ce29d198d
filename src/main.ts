// argv → command. Each command's file is loaded only when it is asked for: `slipway plan` must start fast.
import { Command, CommanderError } from 'commander'
import { AppError, messageOf } from './kit/errors.ts'

type CommandFile = { readonly register: (program: Command, loadAll: (program: Command) => Promise<void>) => void }
type CommandEntry = { readonly summary: string; readonly load: () => Promise<CommandFile> }

const commands: Readonly<Record<string, CommandEntry>> = {
  up: { summary: 'start everything on this machine: Redis, server, runner', load: () => import('./commands/up.ts') },
  server: { summary: 'start the server', load: () => import('./commands/server.ts') },
  runner: {
    summary: 'start a runner daemon; register, list, pause runners',
    load: () => import('./commands/runner.ts'),
  },
  demo: {
    summary: 'start everything, push a sample project and follow its pipeline',
    load: () => import('./commands/demo.ts'),
  },
  plan: { summary: 'tell what a .gitlab-ci.yml would do, and why', load: () => import('./commands/plan.ts') },
  lint: { summary: 'check a .gitlab-ci.yml', load: () => import('./commands/lint.ts') },
  run: { summary: "run the working copy's pipeline in local Docker", load: () => import('./commands/run.ts') },
  login: { summary: 'store a server and a token for the commands below', load: () => import('./commands/login.ts') },
  project: { summary: 'create, list and change projects', load: () => import('./commands/project.ts') },
  group: { summary: 'create, list and change groups', load: () => import('./commands/group.ts') },
  user: { summary: 'create, list and change users', load: () => import('./commands/user.ts') },
  token: { summary: 'create, list and revoke tokens', load: () => import('./commands/token.ts') },
  variable: { summary: 'set, list and delete CI variables', load: () => import('./commands/variable.ts') },
  pipeline: { summary: 'list, view, run, retry and cancel pipelines', load: () => import('./commands/pipeline.ts') },
  job: { summary: 'list, trace, play, retry and cancel jobs', load: () => import('./commands/job.ts') },
  registry: {
    summary: 'look after images: list, delete, clean up, verify',
    load: () => import('./commands/registry.ts'),
  },
  doctor: {
    summary: 'tell what is wrong with an installation, and the mend',
    load: () => import('./commands/doctor.ts'),
  },
  completion: { summary: 'print completion for bash, zsh or fish', load: () => import('./commands/completion.ts') },
}

await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram()
  const name = argv.find(word => !word.startsWith('-'))
  const entry = name === undefined ? undefined : commands[name]
  try {
    if (entry === undefined) listCommands(program)
    else (await entry.load()).register(program, loadAll)
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    process.exitCode = report(error)
  }
}

function createProgram(): Command {
  return new Command('slipway')
    .description('GitLab CI and the GitLab Container Registry without GitLab')
    .version('0.1.0')
    .showHelpAfterError('(--help tells more)')
    .enablePositionalOptions() // what stands after a command is the command's
    .exitOverride()
}

function listCommands(program: Command): void {
  for (const [name, entry] of Object.entries(commands))
    program.command(name, { hidden: false }).summary(entry.summary).description(entry.summary)
}

/** Registers every command that is not there yet, for whoever needs to know them all. */
async function loadAll(program: Command): Promise<void> {
  for (const [name, entry] of Object.entries(commands))
    if (!program.commands.some(each => each.name() === name)) (await entry.load()).register(program, loadAll)
}

/** Prints what went wrong in one sentence; wrong usage is 2, all else 1. A bug keeps its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof AppError) process.stderr.write(`slipway: ${error.message}\n`)
  else
    process.stderr.write(
      `slipway: ${error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error)}\n`,
    )
  return error instanceof AppError && error.code === 'usage' ? 2 : 1
}
