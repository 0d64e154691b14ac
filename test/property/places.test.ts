import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ThreadsClient } from "../../src/client/threads.js";
import { MessagesClient } from "../../src/client/messages.js";
import { appendPlaces, comparePositions, type Position } from "../../src/shared/position.js";
import type { Message, MessageRole } from "../../src/validators/message.js";
import { aComponent } from "../support/component.js";

const roles = fc.array(fc.constantFrom<MessageRole[]>("user", "assistant", "tool", "system"), { minLength: 1, maxLength: 8 });

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
          const { component, ctx } = aComponent();
          const threads = new ThreadsClient(component, { userId: "olga" });
          const { threadId } = await threads.create(ctx);
          await threads.setParticipant(ctx, { threadId, userId: "wendy", role: "writer" });
          const writers = ["olga", "wendy"].map((userId) => new MessagesClient(component, { userId }));
          // Started together: Convex runs them one after the other, in whatever order.
          const written = await Promise.all(
            appends.map(([second, batch]) =>
              writers[second ? 1 : 0]?.append(ctx, {
                threadId,
                messages: batch.map((role) => ({ role, parts: [{ type: "text", text: role }] })),
              }),
            ),
          );
          const places = written.flatMap((answer) => answer?.places ?? []);
          expect(new Set(places.map(keyOf)).size).toBe(places.length);
          const listed: Message[] = [];
          for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
            const page: { page: Message[]; cursor: string | null } = await (writers[0] as MessagesClient).list(ctx, {
              threadId,
              cursor,
              limit,
              order: "asc",
            });
            listed.push(...page.page);
            cursor = page.cursor;
          }
          expect(listed.map(keyOf)).toEqual([...places].sort(comparePositions).map(keyOf));
          expect(listed.map(({ messageId }) => messageId).sort()).toEqual(places.map(({ messageId }) => messageId).sort());
        },
      ),
      { numRuns: 20 },
    );
  });
});
