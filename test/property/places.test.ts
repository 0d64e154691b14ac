import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appendPlaces, comparePositions, type Position } from "../../src/shared/position.js";
import type { MessageRole } from "../../src/validators/message.js";
import { aThread, listAll, said } from "../support/aMemory.js";

const roles = fc.array(fc.constantFrom<MessageRole[]>("user", "assistant", "tool", "system"), {
  minLength: 1,
  maxLength: 8,
});

const keyOf = ({ turn, step }: Position): string => `${turn}.${step}`;

describe("places of appended messages", () => {
  test("rise strictly, open a turn at step 0 and leave no place of an earlier append", () => {
    fc.assert(
      fc.property(fc.array(roles, { minLength: 1, maxLength: 6 }), (appends) => {
        let nextTurn = 0;
        const all: Position[] = [];
        for (const batch of appends) {
          const placed = appendPlaces(batch, nextTurn);
          expect(placed.places).toHaveLength(batch.length);
          expect(placed.places.every(({ turn }) => turn >= nextTurn && turn < placed.nextTurn)).toBe(true);
          all.push(...placed.places);
          nextTurn = placed.nextTurn;
        }
        const sorted = [...all].sort(comparePositions);
        expect(all).toEqual(sorted);
        expect(new Set(all.map(keyOf)).size).toBe(all.length);
        expect(new Set(all.map(({ turn }) => turn)).size).toBe(all.filter(({ step }) => step === 0).length);
      }),
    );
  });
});

describe("two writers on one thread", () => {
  test("get distinct places however their appends interleave, and every page size lists the same order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), roles), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        async (appends, limit) => {
          const { ctx, threadId, owner, writer } = await aThread();
          // Started together: Convex runs them one after the other, in whatever order.
          const written = await Promise.all(
            appends.map(([isSecond, batch]) =>
              (isSecond ? writer : owner).messages.append(ctx, {
                threadId,
                messages: batch.map((role) => said(role, role)),
              }),
            ),
          );
          const places = written.flatMap((append) => append.places);
          expect(new Set(places.map(keyOf)).size).toBe(places.length);
          const listed = await listAll(owner.messages, ctx, { threadId, order: "asc", limit });
          const inOrder = [...places].sort(comparePositions);
          expect(listed.map(({ messageId, turn, step }) => ({ messageId, turn, step }))).toEqual(inOrder);
        },
      ),
      { numRuns: 20 },
    );
  });
});
