import type { TextStreamPart, ToolSet } from "ai";
import { encodeProvider } from "../parts/provider.js";
import { answerCitations } from "../parts/text.js";
import type { Part, PartOf } from "../client/index.js";
import { foldDeltas, type StreamDelta } from "../shared/foldDeltas.js";
import { callIdCopies } from "./content.js";

type SdkPart = TextStreamPart<ToolSet>;
type BlockKind = "text" | "reasoning";
/** A text or a thought. `number`: how many were opened before it, once it was. */
type Block = { kind: BlockKind; number?: number; extras: Extras };
type Extras = Parameters<typeof encodeProvider>[0] & { citations?: unknown };
type Written = `${BlockKind}-${"start" | "delta" | "end"}` | "tool-input-start" | "tool-input-delta";

/** What the other parts of the SDK's stream say: something that stands alone, or nothing. A new kind does not compile. */
const TOLD: Record<Exclude<SdkPart["type"], Written>, "alone" | "nothing"> = {
  "tool-call": "alone",
  source: "alone",
  file: "alone",
  "reasoning-file": "alone",
  custom: "alone",
  "tool-result": "alone",
  "tool-error": "alone",
  "tool-approval-request": "alone",
  "tool-approval-response": "alone",
  "tool-input-end": "nothing",
  "tool-output-denied": "nothing",
  "steering-message": "nothing",
  "start-step": "nothing",
  "finish-step": "nothing",
  start: "nothing",
  finish: "nothing",
  abort: "nothing",
  error: "nothing",
  ping: "nothing",
  raw: "nothing",
};

/** A call of which the input arrives. */
type OpenCall = { callId: string; toolName: string; input: string; isComplete: boolean };

/**
 * Reads the SDK's stream of one step as deltas that fold to the parts of the whole answer. Parts that stand by
 * themselves are not among them: `read` gives null for those, and `add` takes what they were made to.
 */
export class DeltaReader {
  readonly #blocks = new Map<string, Block>();
  readonly #calls = new Map<string, OpenCall>();
  readonly #inputs = new Map<string, string>();
  readonly #nextCallId = callIdCopies();
  readonly #results = new Set<string>();
  #opened = 0;
  /** Blocks that began and said nothing yet: opened when anything else comes, so that they keep their place. */
  #begun: Block[] = [];
  /** The block that text without a number goes on in. */
  #last: Block | undefined;

  /** The input of each call as the model wrote it, by the call's id in the message. */
  get inputs(): ReadonlyMap<string, string> {
    return this.#inputs;
  }

  /** The deltas of one part of the stream; null for a part that stands by itself. */
  read(part: SdkPart): StreamDelta[] | null {
    switch (part.type) {
      case "text-start":
      case "reasoning-start":
        return this.#begin(part.id, {
          kind: kindOf(part.type),
          extras: { providerMetadata: part.providerMetadata },
        });
      case "text-delta":
      case "reasoning-delta":
        return this.#say(part);
      case "text-end":
      case "reasoning-end":
        return this.#end(part);
      case "tool-input-start":
        return this.#startCall(part);
      case "tool-input-delta":
        return this.#addInput(part);
      default:
        return TOLD[part.type] === "alone" ? null : [];
    }
  }

  /** The deltas of parts that stand by themselves. */
  add(parts: readonly StandingPart[]): StreamDelta[] {
    return parts.flatMap((part) => {
      if (part.type === "toolCall") return this.#addCall(part);
      if (part.type !== "toolResult") return this.#stand(part);
      const isThere = this.#results.has(part.callId);
      this.#results.add(part.callId);
      return isThere ? [{ kind: "part", part }] : this.#stand(part);
    });
  }

  #addCall(part: PartOf<"toolCall">): StreamDelta[] {
    const open = this.#calls.get(part.callId);
    if (open === undefined || open.isComplete) return this.#stand({ ...part, callId: this.#newCall(part) });
    open.isComplete = true;
    const whole = { ...part, callId: open.callId };
    if (open.input === "") return this.#stand(whole);
    // Input that was streamed is there already, unless it was repaired or the provider says more about the call.
    return isAsStreamed(whole, open) ? [] : [{ kind: "part", part: asWritten(whole, open.input) }];
  }

  #newCall({ callId, toolName, providerExecuted }: PartOf<"toolCall">): string {
    const own = providerExecuted === true ? callId : this.#nextCallId(callId);
    this.#calls.set(callId, { callId: own, toolName, input: "", isComplete: true });
    return own;
  }

  #stand(part: StandingPart): StreamDelta[] {
    const opened = this.#openBegun();
    this.#last = undefined;
    // The text that stands for a file which was not kept is a block like any other.
    if (part.type === "text" || part.type === "reasoning") this.#open({ kind: part.type, extras: {} });
    return [...opened, { kind: "part", part }];
  }

  #begin(id: string, block: Block): StreamDelta[] {
    this.#blocks.set(id, block);
    this.#begun.push(block);
    return [];
  }

  #openBegun(until?: Block): StreamDelta[] {
    const opened: StreamDelta[] = [];
    for (const block of this.#begun) {
      if (block === until) break;
      opened.push({ kind: "part", part: { type: block.kind, text: "" } });
      this.#open(block);
    }
    this.#begun = until === undefined ? [] : this.#begun.slice(this.#begun.indexOf(until) + 1);
    return opened;
  }

  #open(block: Block): void {
    block.number = this.#opened++;
    this.#last = block;
  }

  #say({
    id,
    text,
    providerMetadata,
  }: Extract<SdkPart, { type: "text-delta" | "reasoning-delta" }>): StreamDelta[] {
    const block = this.#blocks.get(id);
    if (block === undefined) return []; // the SDK tells of it as an error
    if (providerMetadata !== undefined) block.extras.providerMetadata = providerMetadata;
    if (text === "") return [];
    if (block.number !== undefined)
      return [{ kind: block.kind, text, ...(block === this.#last ? {} : { block: block.number }) }];
    const before = this.#openBegun(block);
    const isJoined = this.#last?.kind === block.kind; // else the two blocks would run together
    this.#open(block);
    const opening: StreamDelta = { kind: "part", part: { type: block.kind, text: "" } };
    return [...before, ...(isJoined ? [opening] : []), { kind: block.kind, text }];
  }

  #end(part: Extract<SdkPart, { type: "text-end" | "reasoning-end" }>): StreamDelta[] {
    const block = this.#blocks.get(part.id);
    if (block === undefined) return [];
    this.#blocks.delete(part.id);
    if (part.providerMetadata !== undefined) block.extras.providerMetadata = part.providerMetadata;
    const citations = part.type === "text-end" ? answerCitations(part) : undefined;
    const { provider } = encodeProvider(block.extras, citations);
    if (provider === undefined) {
      this.#begun = this.#begun.filter((begun) => begun !== block); // nothing was said in it
      return [];
    }
    const opened = block.number === undefined ? this.#openBegun() : [];
    const isLast = block.number === this.#opened - 1;
    return [...opened, { kind: "extras", provider, ...(isLast ? {} : { block: block.number }) }];
  }

  #startCall({
    id,
    toolName,
    providerExecuted,
  }: Extract<SdkPart, { type: "tool-input-start" }>): StreamDelta[] {
    const callId = providerExecuted === true ? id : this.#nextCallId(id);
    this.#calls.set(id, { callId, toolName, input: "", isComplete: false });
    return [];
  }

  #addInput({ id, delta }: Extract<SdkPart, { type: "tool-input-delta" }>): StreamDelta[] {
    const call = this.#calls.get(id);
    if (call === undefined || delta === "") return [];
    const opened = call.input === "" ? this.#openBegun() : [];
    if (call.input === "") this.#last = undefined;
    call.input += delta;
    this.#inputs.set(call.callId, call.input);
    const { callId, toolName } = call;
    return [...opened, { kind: "toolInput", callId, toolName, text: delta }];
  }
}

/** A part that is told whole. */
export type StandingPart = Extract<StreamDelta, { kind: "part" }>["part"];

const kindOf = (type: "text-start" | "reasoning-start"): BlockKind =>
  type === "text-start" ? "text" : "reasoning";

function isAsStreamed(
  { providerExecuted, dynamic, provider, input }: PartOf<"toolCall">,
  open: OpenCall,
): boolean {
  const saysMore = providerExecuted !== undefined || dynamic !== undefined || provider !== undefined;
  return !saysMore && open.input !== "" && isSameJson(input, open.input);
}

/**
 * The parts of an answer as those saw it who watched: a call stands where its input began, and not where it ended, and
 * its input is spaced as the model wrote it.
 */
export function asStreamed(
  parts: readonly Part[],
  { deltas, inputs }: { deltas: readonly StreamDelta[]; inputs: ReadonlyMap<string, string> },
): Part[] {
  const calls = new Map(
    parts.flatMap((part) => (part.type === "toolCall" ? [[part.callId, part] as const] : [])),
  );
  const others = parts.filter((part) => part.type !== "toolCall").values();
  const shown = foldDeltas(deltas).flatMap((part): Part[] => {
    if (part.type !== "toolCall") return [others.next().value ?? part];
    const call = calls.get(part.callId);
    return call === undefined ? [] : [asWritten(call, inputs.get(call.callId))];
  });
  return shown.length === parts.length ? shown : [...parts];
}

/** The call with its input as the model wrote it; one that was repaired as it is. */
const asWritten = (part: PartOf<"toolCall">, input: string | undefined): PartOf<"toolCall"> =>
  input !== undefined && isSameJson(part.input, input) ? { ...part, input } : part;

/** True when two JSON texts say the same, however they are spaced. */
function isSameJson(left: string, right: string): boolean {
  if (left === right) return true;
  try {
    return JSON.stringify(JSON.parse(left)) === JSON.stringify(JSON.parse(right));
  } catch {
    return false;
  }
}
