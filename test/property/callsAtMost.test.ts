import fc from "fast-check";
import { expect, test } from "vitest";
import { atMost } from "../../src/ai/spent.js";
import { checkUsage } from "../../src/component/model/ledger.js";
import { USAGE_MAX_COST_MICROS, USAGE_MAX_TOKENS } from "../../src/shared/ledgerLimits.js";
import { aCall } from "../support/usage.js";

const some = fc.record({
  inputTokens: fc.nat(USAGE_MAX_TOKENS),
  costMicros: fc.option(fc.nat(USAGE_MAX_COST_MICROS), { nil: undefined }),
});

test("calls that are added to the last are none that the ledger refuses, and lose nothing that it would take", () => {
  fc.assert(
    fc.property(fc.array(some, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), (given, most) => {
      const calls = given.map(({ inputTokens, costMicros }) =>
        aCall(inputTokens, costMicros === undefined ? {} : { costMicros }),
      );
      const kept = atMost(calls, most);
      expect(kept).toHaveLength(Math.min(most, calls.length));
      kept.forEach(checkUsage);
      const sum = calls.slice(most - 1).reduce((all, { costMicros = 0 }) => all + costMicros, 0);
      if (calls.length >= most)
        expect(kept.at(-1)?.costMicros ?? 0).toBe(Math.min(sum, USAGE_MAX_COST_MICROS));
    }),
  );
});
