import { renderMaterial, type AgentContent } from "../../parts/contextMaterial.js";
import { shortHash } from "../../shared/canonicalJson.js";
import type { TraceArgs } from "./contextOpen.js";
import { read, type Hindrance } from "./contextReplay.js";
import type { QueryCtx } from "../_generated/server.js";

/**
 * Builds what a call was shown again, as one text: `same` where its hash is that of what was sent. Else what was changed
 * or erased since. It is done here, where the material is: clients carry nothing that renders messages.
 */
export async function replay(
  ctx: QueryCtx,
  args: TraceArgs,
): Promise<{ kind: "same"; text: string } | Hindrance> {
  const material = await read(ctx, args);
  if (material.kind !== "material") return material;
  const { agent, files, ...shown } = material;
  const fileUrls = new Map(files.map(({ fileId, url }) => [fileId, url]));
  const { text } = renderMaterial({ ...shown, ...(JSON.parse(agent) as AgentContent), fileUrls });
  if ((await shortHash(text)) === material.hash) return { kind: "same", text };
  return material.suspects[0] ?? { kind: "SOURCE_CHANGED", source: { kind: "rendering" } };
}
