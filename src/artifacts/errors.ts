// Codes of this slice's expected failures, and the HTTP status of each.
export const artifactErrors = {
  artifact_too_large: 413,
  archive_invalid: 400,
  report_invalid: 400,
  multipart_invalid: 400,
  artifact_unavailable: 404,
} as const satisfies Readonly<Record<string, number>>
