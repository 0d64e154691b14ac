import type { ContextSource } from "../../validators/context.js";
import type { QueryCtx } from "../_generated/server.js";

const TABLE_OF_KIND = { message: "messages", fact: "facts", chunk: "chunks" } as const;
type SourceKind = keyof typeof TABLE_OF_KIND;

const isSourceKind = (kind: string): kind is SourceKind => Object.hasOwn(TABLE_OF_KIND, kind);

/** True while what was recalled is still there. */
export async function isThere(
  ctx: Pick<QueryCtx, "db">,
  { kind, sourceId }: { kind: string; sourceId: string },
): Promise<boolean> {
  if (!isSourceKind(kind)) return false;
  const table = TABLE_OF_KIND[kind];
  const id = ctx.db.normalizeId(table, sourceId);
  return id !== null && (await ctx.db.get(table, id)) !== null;
}

/** Something recalled, as a source. */
export const recalledSource = (kind: string, id: string): ContextSource => ({
  kind: isSourceKind(kind) ? kind : "message",
  id,
});
