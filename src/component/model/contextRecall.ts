import type { ContextSource } from "../../validators/context.js";
import type { QueryCtx } from "../_generated/server.js";
import { isExpired } from "./factRows.js";
import { findHead } from "./threadAccess.js";

type Db = Pick<QueryCtx, "db">;

/** True while what was recalled is still there for readers: not removed, nor about to be swept. */
const isThereByKind = {
  message: async ({ db }: Db, sourceId: string): Promise<boolean> => {
    const id = db.normalizeId("messages", sourceId);
    const message = id === null ? null : await db.get("messages", id);
    const head = message === null ? null : await findHead({ db }, message.threadId);
    return head !== null && head.removing !== true;
  },
  fact: async ({ db }: Db, sourceId: string): Promise<boolean> => {
    const id = db.normalizeId("facts", sourceId);
    const fact = id === null ? null : await db.get("facts", id);
    // What was closed since can be read in its history, so it may be shown again.
    return fact !== null && fact.state.kind !== "forgotten" && !isExpired(fact);
  },
  chunk: async ({ db }: Db, sourceId: string): Promise<boolean> => {
    const id = db.normalizeId("chunks", sourceId);
    const chunk = id === null ? null : await db.get("chunks", id);
    const document = chunk === null ? null : await db.get("documents", chunk.documentId);
    return document !== null && document.generation === chunk?.generation;
  },
};
type SourceKind = keyof typeof isThereByKind;

const isSourceKind = (kind: string): kind is SourceKind => Object.hasOwn(isThereByKind, kind);

/** True while what was recalled is still there; what is of no known kind is not. */
export async function isThere(
  ctx: Db,
  { kind, sourceId }: { kind: string; sourceId: string },
): Promise<boolean> {
  return isSourceKind(kind) && (await isThereByKind[kind](ctx, sourceId));
}

/** Something recalled, as a source. */
export const recalledSource = (kind: string, id: string): ContextSource => ({
  kind: isSourceKind(kind) ? kind : "message",
  id,
});
