// The hook that a path names, and what its routes are made of.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { HookRecord, HookStore } from '../../run/hooks/hook-ports.ts'
import type { HookTeller } from '../../run/hooks/hook-teller.ts'
import type { HookTrial } from '../../run/hooks/hook-trial.ts'
import { notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'

export type HooksDeps = {
  readonly hooks: HookStore
  readonly teller: Pick<HookTeller, 'changed'>
  readonly tryHook: HookTrial
  readonly sealHookSecret: (secret: string, projectId: number) => Uint8Array
  readonly now: () => Date
}

export const hookTags = ['hooks']
export const hooksPath = '/api/v4/projects/:id/hooks'
export const manageHooks = { policy: { kind: 'project', action: 'manage_hooks' } } as const
export const hookParams = Type.Object({ ...idParameter, hook_id: integerParameter })

type HookRequest = FastifyRequest & { readonly params: { readonly hook_id: number } }

export async function hookOf({ hooks }: HooksDeps, request: HookRequest): Promise<HookRecord> {
  const hook = await hooks.byId(projectOf(request).project.id, request.params.hook_id)
  if (hook === null) throw notFound('Hook')
  return hook
}
