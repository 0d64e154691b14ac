// Calls from outside: only public functions of the app, with results and errors as the wire carries them.
import { convexToJson, jsonToConvex, type JSONValue, type Value } from "convex/values";
import type { Engine } from "./engine.js";
import { newRoot, type FunctionRequest, type Root } from "./execution.js";
import { normalizeFunctionPath } from "./protocol.js";

export type WireFailure = { message: string; data: JSONValue | undefined };
export type WireOutcome = { root: Root } & (
  { ok: true; value: JSONValue } | { ok: false; failure: WireFailure }
);

export type WireCall = Pick<FunctionRequest, "kind" | "identity" | "journal" | "requestKey"> & {
  path: string;
  args: JSONValue | undefined;
};

/** Reads the data of a ConvexError; undefined for any other error. */
export function convexErrorData(error: unknown): Value | undefined {
  if (typeof error !== "object" || error === null || !(Symbol.for("ConvexError") in error)) return undefined;
  return (error as { data?: Value }).data ?? null;
}

function describeFailure(error: unknown): WireFailure {
  const text = error instanceof Error ? error.message : String(error);
  const data = convexErrorData(error);
  const kind = data === undefined ? "Uncaught Error" : "Uncaught ConvexError";
  return {
    message: `[Request ID: embedded-host] Server Error\n${kind}: ${text}`,
    data: data === undefined ? undefined : convexToJson(data),
  };
}

// Internal functions are refused in the same words as missing ones, so that nobody learns of them.
async function refusalOf(
  engine: Engine,
  kind: FunctionRequest["kind"],
  path: string,
): Promise<string | null> {
  const found = await engine.findFunction({ componentPath: "", udfPath: path });
  if (!found?.isPublic)
    return `Could not find public function for '${path}'. Did you forget to run \`npx convex dev\`?`;
  const matches = { query: found.isQuery, mutation: found.isMutation, action: found.isAction }[kind];
  return matches ? null : `Trying to execute ${path} as ${kind}, but it is not defined as one.`;
}

/** Runs a public function for a client. */
export async function callPublic(engine: Engine, call: WireCall): Promise<WireOutcome> {
  const path = normalizeFunctionPath(call.path);
  const { kind, identity, journal, requestKey } = call;
  const refused = await refusalOf(engine, kind, path);
  const address = { componentPath: "", udfPath: path };
  if (refused !== null) {
    return {
      ok: false,
      root: newRoot({ kind, address, args: {} }),
      failure: { message: refused, data: undefined },
    };
  }
  const args = jsonToConvex(call.args ?? {}) as Record<string, unknown>;
  const outcome = await engine.run({ kind, address, args, identity, journal, requestKey });
  if (!outcome.ok) return { ok: false, root: outcome.root, failure: describeFailure(outcome.error) };
  return { ok: true, root: outcome.root, value: convexToJson(outcome.value as Value) };
}
