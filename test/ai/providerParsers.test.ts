import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import type { LanguageModel } from "ai";
import { describe, expect, test } from "vitest";
import { foldDeltas, parseDeltas } from "../../src/shared/foldDeltas.js";
import { OWNER } from "../support/aMemory.js";
import { anAgent, messagesOf, weather } from "./support.js";

type Event = { type: string } & Record<string, unknown>;

/** Answers each request with the next recorded stream of server-sent events, and keeps what was asked. */
function recordedFetch(answers: Event[][]) {
  const bodies: unknown[] = [];
  const fetch: typeof globalThis.fetch = (_url, init) => {
    const events = answers[bodies.length] ?? [];
    bodies.push(JSON.parse(init?.body as string));
    const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
    return Promise.resolve(new Response(text, { headers: { "content-type": "text/event-stream" } }));
  };
  return { fetch, bodies };
}

const anthropicStart: Event = {
  type: "message_start",
  message: {
    id: "m",
    type: "message",
    role: "assistant",
    model: "claude",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 1 },
  },
};
const block = (index: number, content_block: object, ...deltas: object[]): Event[] => [
  { type: "content_block_start", index, content_block },
  ...deltas.map((delta): Event => ({ type: "content_block_delta", index, delta })),
  { type: "content_block_stop", index },
];
const anthropicEnd = (stop_reason: string): Event[] => [
  { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 20 } },
  { type: "message_stop" },
];

async function converse(model: LanguageModel) {
  const helper = await anAgent([], {
    model: () => model,
    tools: { weather },
    compaction: false,
    throttleMs: 0,
  });
  const streams = new Map<string, string[]>();
  const runMutation = (reference: unknown, args: { streamId?: string; deltas?: string }) => {
    if (args.streamId !== undefined && args.deltas !== undefined)
      streams.set(args.streamId, [...(streams.get(args.streamId) ?? []), args.deltas]);
    return (helper.ctx.runMutation as (reference: unknown, args: unknown) => Promise<unknown>)(
      reference,
      args,
    );
  };
  const ctx = { ...helper.ctx, runMutation } as unknown as typeof helper.ctx;
  const { text } = await helper.agent.stream(ctx, {
    as: OWNER,
    threadId: helper.threadId,
    prompt: "Weather?",
  });
  const folded = [...streams.values()].map((chunks) => foldDeltas(chunks.flatMap(parseDeltas)));
  return { text, messages: await messagesOf(helper), folded };
}

describe("the real parsers of providers", () => {
  test("Anthropic's: thinking keeps its signature and goes back with the calls it led to", async () => {
    const { fetch, bodies } = recordedFetch([
      [
        anthropicStart,
        ...block(
          0,
          { type: "thinking", thinking: "", signature: "" },
          { type: "thinking_delta", thinking: "I need " },
          { type: "thinking_delta", thinking: "the weather." },
          { type: "signature_delta", signature: "SIG==" },
        ),
        ...block(1, { type: "text", text: "" }, { type: "text_delta", text: "Let me look." }),
        ...block(
          2,
          { type: "tool_use", id: "toolu_1", name: "weather", input: {} },
          { type: "input_json_delta", partial_json: "" },
          { type: "input_json_delta", partial_json: '{"city": "Os' },
          { type: "input_json_delta", partial_json: 'lo"}' },
        ),
        ...anthropicEnd("tool_use"),
      ],
      [
        anthropicStart,
        ...block(0, { type: "text", text: "" }, { type: "text_delta", text: "Cold." }),
        ...anthropicEnd("end_turn"),
      ],
    ]);
    const { text, messages, folded } = await converse(
      createAnthropic({ apiKey: "none", fetch })("claude-sonnet-4-5"),
    );
    expect(text).toBe("Cold.");
    expect(messages[1]?.parts).toMatchObject([
      { type: "custom", kind: "anthropic.message_start" },
      {
        type: "reasoning",
        text: "I need the weather.",
        provider: expect.stringContaining("SIG==") as string,
      },
      { type: "text", text: "Let me look." },
      { type: "toolCall", callId: "toolu_1", input: '{"city": "Oslo"}' },
    ]);
    expect(folded).toEqual([messages[1]?.parts, messages[3]?.parts]);
    expect(bodies[1]).toMatchObject({
      messages: [
        { role: "user" },
        {
          role: "assistant",
          content: [
            { type: "thinking", signature: "SIG==" },
            { type: "text" },
            { type: "tool_use", input: { city: "Oslo" } },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1" }] },
      ],
    });
  });

  test("OpenAI's responses: items keep their ids and go back by them", async () => {
    const created: Event = {
      type: "response.created",
      response: { id: "resp_1", created_at: 1, model: "gpt-5" },
    };
    const usage = {
      input_tokens: 10,
      output_tokens: 5,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 2 },
    };
    const completed: Event = {
      type: "response.completed",
      response: { id: "resp_1", usage, incomplete_details: null },
    };
    const item = (output_index: number, at: "added" | "done", more: object): Event => ({
      type: `response.output_item.${at}`,
      output_index,
      item: more,
    });
    const reasoning = { type: "reasoning", id: "rs_1", encrypted_content: "ENC", summary: [] };
    const call = {
      type: "function_call",
      id: "fc_1",
      call_id: "call_1",
      name: "weather",
      arguments: "",
      status: "in_progress",
    };
    const message = { type: "message", id: "msg_1", role: "assistant", content: [] };
    const { fetch, bodies } = recordedFetch([
      [
        created,
        item(0, "added", reasoning),
        { type: "response.reasoning_summary_part.added", item_id: "rs_1", summary_index: 0 },
        { type: "response.reasoning_summary_text.delta", item_id: "rs_1", summary_index: 0, delta: "Hm." },
        { type: "response.reasoning_summary_part.done", item_id: "rs_1", summary_index: 0 },
        item(0, "done", { ...reasoning, summary: [{ type: "summary_text", text: "Hm." }] }),
        item(1, "added", call),
        {
          type: "response.function_call_arguments.delta",
          item_id: "fc_1",
          output_index: 1,
          delta: '{"city":',
        },
        {
          type: "response.function_call_arguments.delta",
          item_id: "fc_1",
          output_index: 1,
          delta: '"Oslo"}',
        },
        item(1, "done", { ...call, arguments: '{"city":"Oslo"}', status: "completed" }),
        completed,
      ],
      [
        created,
        item(0, "added", message),
        { type: "response.output_text.delta", item_id: "msg_1", delta: "Cold." },
        item(0, "done", { ...message, content: [{ type: "output_text", text: "Cold.", annotations: [] }] }),
        completed,
      ],
    ]);
    const { text, messages, folded } = await converse(createOpenAI({ apiKey: "none", fetch })("gpt-5"));
    expect(text).toBe("Cold.");
    expect(messages[1]?.parts).toMatchObject([
      { type: "reasoning", text: "Hm.", provider: expect.stringContaining("rs_1") as string },
      {
        type: "toolCall",
        callId: "call_1",
        input: '{"city":"Oslo"}',
        provider: expect.stringContaining("fc_1") as string,
      },
    ]);
    expect(messages[3]?.parts).toMatchObject([
      { text: "Cold.", provider: expect.stringContaining("msg_1") as string },
    ]);
    expect(folded).toEqual([messages[1]?.parts, messages[3]?.parts]);
    expect(JSON.stringify(bodies[1])).toContain('"rs_1"');
    expect(JSON.stringify(bodies[1])).toContain('"call_id":"call_1"');
  });
});
