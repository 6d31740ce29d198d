// Colours for what people read in a terminal or a log, as GitLab writes them.
export const green = (text: string) => `\u001b[32;1m${text}\u001b[0;m`
export const red = (text: string) => `\u001b[31;1m${text}\u001b[0;m`
export const yellow = (text: string) => `\u001b[0;33m${text}\u001b[0;m`
export const cyan = (text: string) => `\u001b[0K\u001b[36;1m${text}\u001b[0;m`
