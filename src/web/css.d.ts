// Style sheets are imported for their effect; the bundler links them.
declare module '*.css' {}
// An image is imported for its address.
declare module '*.svg' {
  const address: string
  export default address
}
