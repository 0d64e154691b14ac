import type { BoundMemory, Principal } from "../client/index.js";
import type { ResolvedAgent } from "./definition.js";

/** An agent at work for somebody: who that is, and the memory as it sees it for them. */
export type ForPrincipal = { memory: BoundMemory; principal: Principal };

/** The memory as an agent sees it for a principal, who names the agent from then on. */
export function memoryFor({ memory, name }: Pick<ResolvedAgent, "memory" | "name">, as: Principal): ForPrincipal {
  const principal = { ...as, agentName: as.agentName ?? name };
  return { memory: memory.as(principal), principal };
}
