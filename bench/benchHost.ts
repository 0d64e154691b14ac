// A host of its own for each measurement, so that nothing of one weighs on another.
import { fileURLToPath } from "node:url";
import { startHost, type Host, type Span } from "../host/index.js";
import { countSpans, type Counts } from "./counts.js";
import { takeEmbeddingCalls } from "./models.js";
import type { Side } from "./sides.js";

const appDirectory = fileURLToPath(new URL("./app", import.meta.url));

/** Runs work on a fresh host. `listen` is for watchers, who come by WebSocket. */
export async function withHost<T>(work: (host: Host) => Promise<T>, { listen = false } = {}): Promise<T> {
  const host = await startHost({ appDirectory, listen });
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}

/** The spans of everything that ran during the work. */
export async function spansOf(host: Host, work: () => Promise<unknown>): Promise<Span[]> {
  takeEmbeddingCalls();
  host.spans.start();
  await work();
  return host.spans.stop();
}

/** What the work cost, on one side. */
export async function measure(host: Host, side: Side, work: () => Promise<unknown>): Promise<Counts> {
  return countSpans(await spansOf(host, work), side.component);
}
