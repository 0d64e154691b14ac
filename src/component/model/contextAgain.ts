import { materialOf, renderMaterial } from "../../parts/contextMaterial.js";
import { shortHash } from "../../shared/canonicalJson.js";
import type { ContextHindrance } from "../../validators/context.js";
import type { TraceArgs } from "./contextOpen.js";
import { read } from "./contextReplay.js";
import type { QueryCtx } from "../_generated/server.js";

/**
 * Builds what a call was shown again, as one text: `same` where its hash is that of what was sent. Else what was changed
 * or erased since. It is done here, where the material is: clients carry nothing that renders messages.
 */
export async function replay(
  ctx: QueryCtx,
  args: TraceArgs,
): Promise<{ kind: "same"; text: string } | ContextHindrance> {
  const found = await read(ctx, args);
  if (found.kind !== "material") return found;
  const material = materialOf(found);
  const { text } = renderMaterial({ ...material, ...material.agent });
  if ((await shortHash(text)) === material.hash) return { kind: "same", text };
  return material.suspects[0] ?? { kind: "SOURCE_CHANGED", source: { kind: "rendering" } };
}
