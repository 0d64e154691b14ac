import { SWEEP_MAX_BYTES, SWEEP_MAX_ROWS } from "../../shared/limits.js";
import type { MutationCtx } from "../_generated/server.js";

/** Rows between two looks at the bytes: the longest rows have 512 KiB, so a page overshoots by 4 MiB at most. */
const ROWS_PER_LOOK = 8;

/** What one page of a sweep may still remove. */
export type SweepBudget = {
  /** True when there is room for `rows` more; a row of 512 KiB or so counts as eight. */
  take: (rows?: number) => Promise<boolean>;
};

/** The room of one page: rows as counted here, bytes as the transaction itself counts them. */
export function sweepBudget(ctx: MutationCtx): SweepBudget {
  let taken = 0;
  let sinceLook = 0;
  const hasBytes = async (): Promise<boolean> => {
    sinceLook = 0;
    const { bytesRead } = await ctx.meta.getTransactionMetrics();
    return bytesRead.used < SWEEP_MAX_BYTES;
  };
  return {
    take: async (rows = 1) => {
      taken += rows;
      sinceLook += rows;
      if (taken > SWEEP_MAX_ROWS) return false;
      return sinceLook < ROWS_PER_LOOK || (await hasBytes());
    },
  };
}
