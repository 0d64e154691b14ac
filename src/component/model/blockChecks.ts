import { BLOCK_DESCRIPTION_MAX_BYTES, BLOCK_MAX_TOKENS } from "../../shared/limits.js";
import { estimateTokens } from "../../shared/tokens.js";
import { utf8Bytes } from "../../shared/utf8.js";
import type { BlockEdit } from "../../validators/block.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";

/** What a block is besides its value. */
export type BlockSettings = { description?: string; maxTokens?: number; readOnly?: boolean };

/** Refuses settings that no block can have. */
export function checkSettings({ description, maxTokens }: BlockSettings): void {
  if (description !== undefined && utf8Bytes(description) > BLOCK_DESCRIPTION_MAX_BYTES)
    throw memoryError(
      "INVALID_ARGUMENT",
      `\`description\` may have ${BLOCK_DESCRIPTION_MAX_BYTES} bytes at most.`,
      { field: "description" },
    );
  if (maxTokens === undefined) return;
  if (Number.isInteger(maxTokens) && maxTokens > 0 && maxTokens <= BLOCK_MAX_TOKENS) return;
  throw memoryError("INVALID_ARGUMENT", `\`maxTokens\` must be an integer from 1 to ${BLOCK_MAX_TOKENS}.`, {
    field: "maxTokens",
  });
}

/** Refuses a value over the block's limit; the error names the limit, the tokens and by how many they are over. */
export function checkRoom(label: string, value: string, maxTokens: number): void {
  const tokens = estimateTokens(value);
  if (tokens <= maxTokens) return;
  const overrun = tokens - maxTokens;
  throw memoryError(
    "BLOCK_TOO_LARGE",
    `The block "${label}" may have ${maxTokens} tokens and would have ${tokens}: shorten it by ${overrun}.`,
    { label, maxTokens, tokens, overrun },
  );
}

const isAgent = (caller: Caller): boolean => caller !== "system" && caller.agentName !== undefined;

/** Refuses an agent that writes what only the app may. */
export function checkMayWrite(caller: Caller, block: Doc<"blocks">): void {
  if (block.readOnly !== true || !isAgent(caller)) return;
  throw memoryError("BLOCK_READ_ONLY", `The block "${block.label}" is read-only for agents: leave it.`, {
    label: block.label,
  });
}

/** Refuses an agent that would set its own limits. */
export function checkMaySet(caller: Caller, settings: BlockSettings): void {
  const names = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (names.length === 0 || !isAgent(caller)) return;
  throw memoryError("FORBIDDEN", "Only the app itself changes what a block is: call without `agentName`.", {
    settings: names.join(", "),
  });
}

/** Refuses a write that was made of another version than the one that stands. */
export function checkVersion(block: Doc<"blocks">, version: number | undefined): void {
  if (version === undefined || version === block.version) return;
  throw memoryError(
    "VERSION_MISMATCH",
    `The block "${block.label}" stands at version ${block.version}, not ${version}: read it again and redo the change.`,
    { label: block.label, version: block.version, given: version },
  );
}

/** The value after an edit. A passage to replace must stand in it exactly once. */
export function editedValue({ label, value }: Doc<"blocks">, edit: BlockEdit): string {
  switch (edit.kind) {
    case "set":
      return edit.value;
    case "append":
      return value === "" ? edit.text : `${value}\n${edit.text}`;
    case "replace": {
      const places = edit.from === "" ? 0 : value.split(edit.from).length - 1;
      if (places === 1) return value.split(edit.from).join(edit.to);
      throw memoryError(
        "INVALID_ARGUMENT",
        `The passage to replace stands ${places} times in the block "${label}", not once: quote it exactly, with more around it.`,
        { label, places },
      );
    }
  }
}
