// Checks and serializers of a route are compiled when it is first asked for: compiled ahead, those of all routes took a
// third of the server's memory, and most of its start.
import { type Ajv, AjvCompiler } from '@fastify/ajv-compiler'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

type ValidatorFactory = ReturnType<typeof AjvCompiler>
type SerializerFactory = ReturnType<typeof SerializerSelector>
type Validate = ((data: unknown) => unknown) & { errors?: Ajv['errors'] }

/** For fastify's `schemaController.compilersFactory`. */
export const lateSchemas = { buildValidator, buildSerializer }

function buildValidator(...[schemas, options]: Parameters<ValidatorFactory>) {
  const compile = AjvCompiler()(schemas, options)
  return (route: Parameters<typeof compile>[0]) => {
    let compiled: Validate | undefined
    const validate: Validate = data => {
      compiled ??= compile(route) as Validate
      const isValid = compiled(data)
      validate.errors = compiled.errors ?? null
      return isValid
    }
    return validate as ReturnType<typeof compile>
  }
}

function buildSerializer(...[schemas, options]: Parameters<SerializerFactory>) {
  const compile = SerializerSelector()(schemas, options)
  return (route: Parameters<typeof compile>[0]) => {
    let compiled: ReturnType<typeof compile> | undefined
    return (data: unknown): string => {
      compiled ??= compile(route)
      return compiled(data)
    }
  }
}
