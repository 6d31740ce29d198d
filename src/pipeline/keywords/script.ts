import { isBlank } from '../yaml/node.ts'
import { nestedTexts } from './lists.ts'
import { also, entry, mapWith } from './shape.ts'
import { complain } from './spot.ts'

const scriptWords = 'should be a string or a nested array of strings up to 10 levels deep'

/** before_script, after_script: may be empty, which switches a default off. */
export const scriptLines = nestedTexts({ alsoOne: true, otherwise: scriptWords })

export const script = also(scriptLines, (node, spot) => {
  if (isBlank(node)) complain(spot, node, "can't be blank")
})

export const hooks = mapWith({ pre_get_sources_script: entry(scriptLines) })
