import type { ApiFromModules } from "convex/server";
import { expect, test, vi } from "vitest";
import type { ExposedApi } from "../../src/client/exposeApi.js";
import { newOperationId } from "../../src/react/operationId.js";
import { addStreamPage, UNSEEN_STREAM } from "../../src/react/streamState.js";
import type { ThreadApi } from "../../src/react/threadApi.js";
import { api } from "./threadServer.js";

type AppApi = ApiFromModules<{ chat: ExposedApi }>["chat"];

test("the hooks take what an app exposes, by type", () => {
  const take = (exposed: ThreadApi): ThreadApi => exposed;
  const exposed: (app: AppApi) => ThreadApi = (app) => take(app);
  expect(exposed(api as AppApi)).toBe(api);
});

test("operations get ids of their own, also without TLS", () => {
  const ids = new Set([newOperationId(), newOperationId()]);
  vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
  ids.add(newOperationId());
  ids.add(newOperationId());
  vi.stubGlobal("crypto", undefined); // as in React Native
  ids.add(newOperationId());
  ids.add(newOperationId());
  vi.unstubAllGlobals();
  expect(ids.size).toBe(6);
  for (const id of ids) expect(id.length).toBeGreaterThanOrEqual(32);
});

const chunk = (seq: number, text: string) => ({ seq, deltas: JSON.stringify([{ kind: "text", text }]) });
const page = (chunks: { seq: number; deltas: string }[], more = false) => ({
  state: { kind: "streaming" as const },
  messageId: "message",
  chunks,
  more,
});

test("a chunk that comes late is folded in its place, and not passed by", () => {
  const gap = addStreamPage(
    UNSEEN_STREAM,
    page([...Array(20).keys()].filter((seq) => seq !== 9).map((seq) => chunk(seq, `${seq} `))),
  );
  expect(gap.after).toBe(8);
  const whole = addStreamPage(gap, page([chunk(9, "9 ")]));
  expect(whole.parts).toEqual([
    { type: "text", text: [...Array(20).keys()].map((seq) => `${seq} `).join("") },
  ]);
  expect(whole.after).toBe(16);
});

test("a gap in a full page does not hold a reader up", () => {
  const chunks = [...Array(17).keys()].filter((seq) => seq !== 3).map((seq) => chunk(seq, "x"));
  expect(addStreamPage(UNSEEN_STREAM, page(chunks, true)).after).toBe(16);
});

test("a page without news leaves the stream the same object", () => {
  const stream = addStreamPage(UNSEEN_STREAM, page([chunk(0, "x")]));
  expect(addStreamPage(stream, page([chunk(0, "x")]))).toBe(stream);
});
