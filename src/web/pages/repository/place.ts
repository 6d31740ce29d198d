export type FilePlace = { readonly ref: string; readonly file: string }

/**
 * Which ref and path an address means. Ours carry the ref in the query, since it may hold slashes; GitLab's put it in
 * front of the path, where the first segment is taken for it.
 */
export function placeOf(place: string, refInQuery: string | undefined, defaultRef: string): FilePlace {
  if (refInQuery !== undefined && refInQuery !== '') return { ref: refInQuery, file: place }
  if (place === '') return { ref: defaultRef, file: '' }
  const [ref = defaultRef, ...rest] = place.split('/')
  return { ref, file: rest.join('/') }
}
