import type { ResolvedAgent } from "./definition.js";

/** Tells the agent's `onWarning` what went wrong; what that throws must not cost the turn. */
export async function tellWarnings(
  agent: ResolvedAgent,
  run: { threadId: string; runId: string },
  warnings: readonly string[],
): Promise<void> {
  const { name: agentName, onWarning } = agent;
  if (onWarning === undefined) return;
  for (const warning of warnings) {
    try {
      await onWarning(warning, { agentName, ...run });
    } catch (error) {
      console.warn(`[${agentName}] onWarning failed: ${String(error)}`);
    }
  }
}
