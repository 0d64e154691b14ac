import { getDocumentSize } from "convex/values";
import { canonicalJson, hashText } from "../../shared/canonicalJson.js";
import { checkName } from "../../shared/checkedArguments.js";
import { OPERATION_RETENTION_MS, PURGE_PER_WRITE, SWEEP_MAX_BYTES } from "../../shared/limits.js";
import { memoryError } from "../../validators/errors.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { armSweep } from "./sweeps.js";

/** A write that its caller may repeat. `scope` keeps the ids of different threads and users apart. */
export type Operation = { scope: string; operationId: string; payloadHash: string };

/**
 * The result of the same operation of the last 24 h, or null. `OPERATION_MISMATCH` when the id was used with another
 * payload.
 */
export async function findOperation(ctx: QueryCtx, operation: Operation): Promise<string | null> {
  const row = await ctx.db
    .query("operations")
    .withIndex("by_operation", (q) => q.eq("scope", operation.scope).eq("operationId", operation.operationId))
    .order("desc") // an expired row of the same id may still be there
    .first();
  if (row === null || row.expiresAt <= Date.now()) return null;
  if (row.payloadHash === operation.payloadHash) return row.result;
  throw memoryError("OPERATION_MISMATCH", "This operationId was used with another payload: make a new one.", {
    operationId: operation.operationId,
  });
}

/** Remembers what an operation gave (JSON text) for 24 h, in the mutation that did the work. */
export async function rememberOperation(
  ctx: MutationCtx,
  { scope, operationId, payloadHash, result }: Operation & { result: string },
): Promise<void> {
  await purgeOperations(ctx, PURGE_PER_WRITE);
  const expiresAt = Date.now() + OPERATION_RETENTION_MS;
  await ctx.db.insert("operations", { scope, operationId, payloadHash, result, expiresAt });
  await armSweep(ctx, "operations", { delayMs: OPERATION_RETENTION_MS });
}

/** A write that may carry an operationId; `payload` is what must be the same when it is repeated. */
export type Repeatable = { scope: string; operationId: string | undefined; payload: unknown };

/**
 * Runs a write once: with an operationId, repeating it within 24 h gives the first result and writes nothing. The
 * result must be plain JSON.
 */
export async function runOnce<Result>(
  ctx: MutationCtx,
  { scope, operationId, payload }: Repeatable,
  write: () => Promise<Result>,
): Promise<Result> {
  if (operationId === undefined) return await write();
  checkName("operationId", operationId);
  const operation = { scope, operationId, payloadHash: await hashText(canonicalJson(payload)) };
  const first = await findOperation(ctx, operation);
  if (first !== null) return storedResult<Result>(first);
  const result = await write();
  await rememberOperation(ctx, { ...operation, result: JSON.stringify(result) });
  return result;
}

/** What `runOnce` wrote for the same operation: a row of our own. */
const storedResult = <Result>(text: string): Result => JSON.parse(text) as Result;

/** Deletes expired operations, oldest first: at most `limit`, and `SWEEP_MAX_BYTES` of what they remember. */
export async function purgeOperations(ctx: MutationCtx, limit: number): Promise<void> {
  const now = Date.now();
  const expired = ctx.db.query("operations").withIndex("by_expiry", (q) => q.lte("expiresAt", now));
  let rows = 0;
  let bytes = 0;
  for await (const row of expired) {
    await ctx.db.delete("operations", row._id);
    rows += 1;
    bytes += getDocumentSize(row);
    if (rows === limit || bytes > SWEEP_MAX_BYTES) break;
  }
}
