import type { SourceFiles } from './ports.ts'

/** The same files, asked for each thing at most once, however many rules and includes want it. */
export function askedOnce(files: SourceFiles): SourceFiles {
  return {
    readFile: once(question => files.readFile(question)),
    listFiles: once(question => files.listFiles(question)),
    resolveRef: once(question => files.resolveRef(question)),
    listTags: once(question => files.listTags(question)),
    fetchRemote: once(question => files.fetchRemote(question)),
    readTemplate: once(question => files.readTemplate(question)),
    readArtifact: once(question => files.readArtifact(question)),
    changedSince: once(question => files.changedSince(question)),
  }
}

function once<Question, Answer>(ask: (question: Question) => Promise<Answer>): (question: Question) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>()
  return question => {
    const key = JSON.stringify(question)
    const answer = answers.get(key) ?? ask(question)
    answers.set(key, answer)
    return answer
  }
}
