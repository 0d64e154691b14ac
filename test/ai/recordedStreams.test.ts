import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import type { ActionCtx, BoundMemory, Message, Part } from "../../src/client/index.js";
import { foldDeltas, parseDeltas, type StreamDelta } from "../../src/shared/foldDeltas.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, stateOf, type DurableApp } from "./durableApp.js";
import { recordedModel, recordedStreams, textStream, type RecordedStream } from "./recordedModel.js";
import { anAgent, messagesOf } from "./support.js";

const search = defineTool({
  description: "Searches.",
  inputSchema: z.looseObject({ query: z.string().optional() }),
  execute: () => "found",
});

/** The parts with files numbered by their content: ids are made anew in each thread. */
async function withNumberedFiles(
  ctx: ActionCtx,
  owner: BoundMemory,
  message: Message | undefined,
): Promise<Part[]> {
  const hashes: string[] = [];
  const numbered = (message?.parts ?? []).map(async (part): Promise<Part> => {
    if ((part.type !== "file" && part.type !== "reasoningFile") || part.file.kind !== "stored") return part;
    const { hash, uses } = await owner.files.get(ctx, { fileId: part.file.fileId });
    expect(uses).toBeGreaterThan(0);
    if (!hashes.includes(hash)) hashes.push(hash);
    return { ...part, file: { kind: "stored", fileId: `file-${hashes.indexOf(hash) + 1}` } };
  });
  const parts: Part[] = [];
  for (const part of numbered) parts.push(await part);
  return parts;
}

/** Inputs that a provider gives as a value are spaced as JSON spaces them. */
const respaced = (parts: readonly Part[]): Part[] =>
  parts.map((part) =>
    part.type === "toolCall" ? { ...part, input: JSON.stringify(JSON.parse(part.input)) } : part,
  );

const modelOf = ({ stream }: RecordedStream) => recordedModel([stream, textStream("Done.")]);
const answered = recordedStreams.filter(({ fails }) => fails !== true);
const failing = recordedStreams.filter(({ fails }) => fails === true);
const ask = (threadId: string) => ({ as: OWNER, threadId, prompt: "Go." });

/** The ctx, and all deltas that pass through it. */
function listening(ctx: ActionCtx): { ctx: ActionCtx; deltas: StreamDelta[][] } {
  const deltas: StreamDelta[][] = [];
  let streamId = "";
  const runMutation = (reference: unknown, args: { streamId?: string; deltas?: string }) => {
    if (args.deltas !== undefined && args.streamId !== undefined) {
      if (streamId !== args.streamId) deltas.push([]);
      ({ streamId } = { streamId: args.streamId });
      deltas.at(-1)?.push(...parseDeltas(args.deltas));
    }
    return (ctx.runMutation as (reference: unknown, args: unknown) => Promise<unknown>)(reference, args);
  };
  return { ctx: { ...ctx, runMutation } as unknown as ActionCtx, deltas };
}

describe.each(answered)("$what ($name)", (recorded) => {
  test("is kept part by part when it is given whole", async () => {
    const model = modelOf(recorded);
    const helper = await anAgent([], { model: () => model, tools: { search }, compaction: false });
    const { warnings } = await helper.agent.generate(helper.ctx, ask(helper.threadId));
    const [, message] = await messagesOf(helper);
    expect(respaced(await withNumberedFiles(helper.ctx, helper.owner, message))).toEqual(
      respaced(recorded.saved),
    );
    expect(warnings.join()).toContain(recorded.warns ?? "");
  });

  test("is kept part by part when it is streamed, and folds to the same parts for who watches", async () => {
    const model = modelOf(recorded);
    const helper = await anAgent([], {
      model: () => model,
      tools: { search },
      compaction: false,
      throttleMs: 0,
    });
    const { ctx, deltas } = listening(helper.ctx);
    const { warnings } = await helper.agent.stream(ctx, ask(helper.threadId));
    const [, message] = await messagesOf(helper);
    expect(await withNumberedFiles(helper.ctx, helper.owner, message)).toEqual(recorded.saved);
    expect(foldDeltas(deltas[0] ?? [])).toEqual(message?.parts);
    expect(warnings.join()).toContain(recorded.warns ?? "");
  });
});

describe.each(failing)("$what ($name)", (recorded) => {
  test("fails the turn, and keeps the words that came before", async () => {
    const model = modelOf(recorded);
    const helper = await anAgent([], { model: () => model, tools: { search }, maxRetries: 0 });
    expect(await codeOf(helper.agent.stream(helper.ctx, ask(helper.threadId)))).toBe("MODEL_FAILED");
    const [, message] = await messagesOf(helper);
    expect(message?.parts ?? []).toEqual(recorded.saved);
    expect(
      await codeOf(helper.agent.generate(helper.ctx, { ...ask(helper.threadId), prompt: "Again." })),
    ).toBe("ok");
  });
});

/** Lets a run go on for as long as it takes and no longer: a day later files that nothing holds are swept. */
async function untilEnded(app: DurableApp, runId: string): Promise<void> {
  for (let round = 0; round < 200 && (await stateOf(app, runId)).kind === "running"; round++) {
    vi.advanceTimersByTime(100);
    await app.t.finishInProgressScheduledFunctions();
  }
}

describe("a durable step", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    hushed();
  });
  afterEach(() => vi.useRealTimers());

  test.each(answered)("keeps $name as an action does", async (recorded) => {
    const model = modelOf(recorded);
    const app = await aDurableApp([], { model: () => model, tools: { search }, compaction: false });
    const { runId } = await app.start("Go.");
    await untilEnded(app, runId);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    const [, message] = await messagesOf(app);
    expect(await withNumberedFiles(app.ctx, app.owner, message)).toEqual(recorded.saved);
  });

  test.each(failing)(
    "tries $name again, and keeps what was said when it never ends well",
    async (recorded) => {
      const model = recordedModel([recorded.stream]);
      const retry = { maxAttempts: 2, initialBackoffMs: 10, base: 2 };
      const app = await aDurableApp([], { model: () => model, tools: { search }, retry });
      const { runId } = await app.start("Go.");
      await app.finish();
      expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
      expect(model.calls).toHaveLength(2);
      const [, message] = await messagesOf(app);
      expect(message?.parts ?? []).toEqual(recorded.saved);
    },
  );
});
