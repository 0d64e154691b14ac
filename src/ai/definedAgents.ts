import type { ResolvedAgent } from "./definition.js";

const resolved = new WeakMap<object, ResolvedAgent>();

/** Remembers what an agent came of, for those who are given the agent alone. */
export function noteAgent<Defined extends object>(defined: Defined, agent: ResolvedAgent): Defined {
  resolved.set(defined, agent);
  return defined;
}

/** What an agent came of; undefined for one that was made in another copy of the package. */
export const resolvedOf = (defined: object): ResolvedAgent | undefined => resolved.get(defined);
