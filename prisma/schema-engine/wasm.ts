import { readFileSync } from 'node:fs'
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'
import { EngineError } from './engine-error.ts'

export type EngineMethod = Exclude<keyof SchemaEngine, 'free' | typeof Symbol.dispose>

let lastWords = ''

/** Prisma's schema engine. The package's own entry point would need `node --experimental-wasm-modules`. */
export function loadEngine(): typeof glue {
  const file = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { './schema_engine_bg.js': { ...glue } })
  glue.__wbg_set_wasm(exports)
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        lastWords = message
      },
    },
  })
  if (typeof exports.__wbindgen_start === 'function') exports.__wbindgen_start()
  return glue
}

/**
 * Calls `method` of an engine, which checks `params`. It throws for invalid params and panics from a callback of its own, which arrives as
 * an uncaught exception.
 */
export async function callEngine(engine: SchemaEngine, method: EngineMethod, params: unknown): Promise<unknown> {
  const implementation: unknown = engine[method]
  if (typeof implementation !== 'function') throw new EngineError(`The schema engine has no method ${method}`)
  const thrown = Promise.withResolvers<never>()
  process.on('uncaughtException', thrown.reject)
  try {
    return await Promise.race([implementation.call(engine, params), thrown.promise])
  } catch (error) {
    throw error instanceof WebAssembly.RuntimeError ? new EngineError(`The schema engine crashed: ${lastWords}`) : error
  } finally {
    process.off('uncaughtException', thrown.reject)
  }
}
