import type { BoundMemory, Principal } from "../client/index.js";
import type { ResolvedAgent } from "./definition.js";

/** Who works for an agent's run, and the memory as it sees it. */
export function boundTo(agent: ResolvedAgent, as: Principal): { memory: BoundMemory; principal: Principal } {
  const principal = { ...as, agentName: as.agentName ?? agent.name };
  return { memory: agent.memory.as(principal), principal };
}
