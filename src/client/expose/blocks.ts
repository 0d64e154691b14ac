import type { RegisteredMutation, RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import {
  vBlock,
  vBlockEdit,
  vBlockVersion,
  type Block,
  type BlockEdit,
  type BlockVersion,
} from "../../validators/block.js";
import { type Page, type PageRequest, vPage, vPageRequest } from "../../validators/page.js";
import type { BlockSettings } from "../blocks.js";
import { change, mutation, query, type DoorsOf } from "./door.js";
import {
  asScope,
  vExposedScope,
  vOptionalNumber,
  vOptionalText,
  vText,
  type ExposedScope,
} from "./shapes.js";

type Labelled = ExposedScope & { label: string };

export type ExposedBlocks = {
  /** All blocks of a scope by label, at most 32. */
  listBlocks: RegisteredQuery<"public", ExposedScope, Promise<Block[]>>;
  createBlock: RegisteredMutation<
    "public",
    Labelled & BlockSettings & { value?: string },
    Promise<{ blockId: string; version: number }>
  >;
  /** Changes the value, the settings or both; with `version` only while that one stands. */
  updateBlock: RegisteredMutation<
    "public",
    Labelled & BlockSettings & { edit?: BlockEdit; version?: number; operationId?: string },
    Promise<{ version: number }>
  >;
  /** The last 50 values, newest first. */
  blockHistory: RegisteredQuery<"public", Labelled & PageRequest, Promise<Page<BlockVersion>>>;
  /** Writes the value of version `from` anew, if the block stands at `version`. */
  restoreBlock: RegisteredMutation<
    "public",
    Labelled & { from: number; version: number },
    Promise<{ version: number }>
  >;
  /** Removes a block with its history. */
  removeBlock: RegisteredMutation<"public", Labelled, Promise<null>>;
};

const vLabelled = { ...vExposedScope, label: vText };
const vSettings = {
  description: vOptionalText,
  maxTokens: vOptionalNumber,
  readOnly: v.optional(v.boolean()),
};
const vVersion = v.object({ version: v.number() });

export const blockDoors: DoorsOf<ExposedBlocks> = {
  listBlocks: query(vExposedScope, v.array(vBlock), ({ memory, ctx }, args) =>
    memory.blocks.list(ctx, asScope(args)),
  ),
  createBlock: mutation(
    { ...vLabelled, ...vSettings, value: vOptionalText },
    v.object({ blockId: vText, version: v.number() }),
    ({ memory, ctx }, args) => memory.blocks.create(ctx, asScope(args)),
  ),
  updateBlock: mutation(
    {
      ...vLabelled,
      ...vSettings,
      edit: v.optional(vBlockEdit),
      version: vOptionalNumber,
      operationId: vOptionalText,
    },
    vVersion,
    ({ memory, ctx }, args) => memory.blocks.update(ctx, asScope(args)),
  ),
  blockHistory: query({ ...vLabelled, ...vPageRequest }, vPage(vBlockVersion), ({ memory, ctx }, args) =>
    memory.blocks.history(ctx, asScope(args)),
  ),
  restoreBlock: mutation(
    { ...vLabelled, from: v.number(), version: v.number() },
    vVersion,
    ({ memory, ctx }, args) => memory.blocks.restore(ctx, asScope(args)),
  ),
  removeBlock: change(vLabelled, ({ memory, ctx }, args) => memory.blocks.remove(ctx, asScope(args))),
};
