import type { BlockEdit } from "../validators/block.js";
import { isMemoryError } from "../validators/errors.js";
import type { FunctionReturnType } from "convex/server";
import { boundMutation, onceMutation, type BoundMutation } from "./boundMutation.js";
import { named, type ScopeArgs } from "./namedScope.js";
import { keyOf, type PublicMutation, type PublicQuery } from "./references.js";
import { useQueryResult } from "./useQueryResult.js";
import { useMade } from "./useStore.js";
import type { MemoryClient } from "./watchingStore.js";

type Labelled = ScopeArgs & { label: string };
type Version = { version: number };

/** The app's functions that `useBlocks` calls, as `memory.exposeApi` makes them. */
export type BlocksApi = {
  listBlocks: PublicQuery<ScopeArgs, { label: string; version: number }[]>;
  createBlock: PublicMutation<Labelled & { value?: string }, Version>;
  updateBlock: PublicMutation<
    Labelled & { edit?: BlockEdit; version?: number; operationId?: string },
    Version
  >;
  restoreBlock: PublicMutation<Labelled & { from: number; version: number }, Version>;
  removeBlock: PublicMutation<Labelled, unknown>;
};

/**
 * What came of a write. `conflict`: somebody else has written since `version` was read, and nothing was changed;
 * `version` is the one that stands now.
 */
export type BlockWrite = { kind: "written"; version: number } | { kind: "conflict"; version: number };

type InScope = "scope" | "threadId";

/** What can be done about blocks; each rejects with what the app's function throws, a conflict aside. */
export type BlockActions<Api extends BlocksApi> = {
  /** Makes a block. Rejects with `BLOCK_EXISTS` where the scope has the label. */
  create: BoundMutation<Api["createBlock"], InScope>;
  /**
   * Changes value or settings. With the `version` that was read it changes nothing where another one stands: an editor
   * that sets a whole value names it, or takes others' words away unseen.
   */
  update: (args: Omit<Api["updateBlock"]["_args"], InScope>) => Promise<BlockWrite>;
  /** Writes the value of version `from` anew, if the block still stands at `version`. */
  restore: (args: Omit<Api["restoreBlock"]["_args"], InScope>) => Promise<BlockWrite>;
  /** Removes a block with its history. */
  remove: BoundMutation<Api["removeBlock"], InScope>;
};

export type UseBlocksResult<Api extends BlocksApi> = BlockActions<Api> & {
  /** By label; a block stays the same object until it changes. */
  blocks: FunctionReturnType<Api["listBlocks"]>;
  isLoading: boolean;
};

/** What can be done about the blocks of a scope, without React. */
export function blockActions<Api extends BlocksApi>(
  client: Pick<MemoryClient, "mutation">,
  api: Api,
  scope: ScopeArgs | null,
): BlockActions<Api> {
  const inScope = () => named(scope);
  const update = onceMutation<Api["updateBlock"], InScope>(client, api.updateBlock, inScope);
  const restore = boundMutation<Api["restoreBlock"], InScope>(client, api.restoreBlock, inScope);
  return {
    create: boundMutation(client, api.createBlock, inScope),
    update: (args) => written(update(args)),
    restore: (args) => written(restore(args)),
    remove: boundMutation(client, api.removeBlock, inScope),
  };
}

/** A conflict is to be expected where two write: it is told, not thrown. */
async function written(write: Promise<Version>): Promise<BlockWrite> {
  try {
    const { version } = await write;
    return { kind: "written", version };
  } catch (error) {
    if (isMemoryError(error, "VERSION_MISMATCH") && typeof error.data.details.version === "number")
      return { kind: "conflict", version: error.data.details.version };
    throw error;
  }
}

/**
 * The blocks of a scope, live, with what can be done about them. `"skip"` for none. Throws while rendering what the
 * query throws.
 *
 * @example
 * const { blocks, update } = useBlocks(api.knowledge, { scope: "user" });
 * const { kind } = await update({ label, edit: { kind: "set", value: draft }, version: openedAt });
 * if (kind === "conflict") setNotice("Somebody else has changed this meanwhile.");
 */
export function useBlocks<Api extends BlocksApi>(api: Api, args: ScopeArgs | "skip"): UseBlocksResult<Api> {
  const scope = args === "skip" ? null : { scope: args.scope, threadId: args.threadId };
  const result = useQueryResult<Api["listBlocks"]>(api.listBlocks, scope ?? "skip");
  const functions = [api.createBlock, api.updateBlock, api.restoreBlock, api.removeBlock];
  const actions = useMade(keyOf(functions, scope), (client) => blockActions(client, api, scope));
  return { blocks: result ?? NO_BLOCKS, isLoading: scope !== null && result === undefined, ...actions };
}

const NO_BLOCKS: never[] = [];
