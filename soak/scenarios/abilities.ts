import { AgentMemory } from "convex-agent-memory";

/** Makes no call. */
const memory = new AgentMemory({} as never).as({ userId: "nobody" });

/** Whether the package has a method: what it cannot do yet is not played. */
export const can = (client: "runs" | "turns", method: string): boolean => method in memory[client];
