// What the bundler adds to import.meta, as far as we use it.
interface ImportMeta {
  readonly glob: <T>(
    pattern: string,
    options: { readonly query: string; readonly import: string },
  ) => Record<string, () => Promise<T>>
}
