import { SECTIONS, type SectionName } from "../../shared/contextPlan.js";
import { rankedIn } from "../../shared/contextTexts.js";
import { decodeLeftOut, decodePlaces, type ContextTrace } from "../../shared/contextTrace.js";
import { comparePositions, PROMPT_STEP, type Position } from "../../shared/position.js";
import type { ContextExplanation, ContextItem, ContextSection } from "../../validators/context.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { openTrace, type TraceArgs, type TracedCall } from "./contextOpen.js";

/** What a call was shown, section by section, and why. Reads the rows that are there still; none of its words. */
export async function explain(ctx: QueryCtx, args: TraceArgs): Promise<ContextExplanation> {
  const call = await openTrace(ctx, args);
  const { message, run, trace } = call;
  const items = await itemsOf(ctx, call);
  const leftOut = decodeLeftOut(trace.leftOut);
  const sections = SECTIONS.map((section, index): ContextSection => {
    const left = leftOut.filter((entry) => entry.section === section);
    return {
      section,
      tokens: trace.tokens[index] ?? 0,
      items: items[section],
      leftOut: left.map(({ reason, count, tokens }) => ({ reason, count, tokens })),
    };
  });
  return {
    messageId: message._id,
    runId: run._id,
    turn: run.turn,
    agentName: run.agentName,
    tokens: trace.tokens.reduce((sum, tokens) => sum + tokens, 0),
    tokenFactor: trace.factor ?? 1,
    hash: trace.hash,
    sections,
  };
}

async function itemsOf(
  ctx: QueryCtx,
  { run, trace }: TracedCall,
): Promise<Record<SectionName, ContextItem[]>> {
  const places = decodePlaces(trace.places);
  const rows = await rowsByPlace(ctx, run, places);
  const message = (why: string) => (place: Position) => {
    const row = rows.get(keyOf(place));
    return { kind: "message", why, place, ...(row === undefined ? {} : { id: row._id }) };
  };
  const isPrompt = ({ turn, step }: Position) => turn === run.turn && step === PROMPT_STEP;
  const isOfRun = ({ turn, step }: Position) => turn === run.turn && step !== PROMPT_STEP;
  return {
    instructions: [{ kind: "instructions", id: trace.agent, why: "the agent's instructions and tools" }],
    blocks: (trace.blocks ?? []).map(([id, version]) => ({
      kind: "block",
      id,
      version,
      why: "the agent shows the blocks of this scope",
    })),
    summary: trace.summary === undefined ? [] : [summaryItem(trace.summary)],
    tail: places.filter(({ turn }) => turn < run.turn).map(message("said before in the thread")),
    recalled: recalledItems(trace),
    prompt: places.filter(isPrompt).map(message("the prompt")),
    run: places.filter(isOfRun).map((place) => message(whyInTurn(run, place, rows))(place)),
  };
}

function whyInTurn({ firstStep = PROMPT_STEP + 1 }: Doc<"runs">, place: Position, rows: RowsByPlace): string {
  if (rows.get(keyOf(place))?.role === "user") return "said while the run was under way";
  return place.step < firstStep ? "answered to this prompt before" : "what this run did before";
}

const summaryItem = (id: string): ContextItem => ({
  kind: "summary",
  id,
  why: "stands for the older messages of the thread",
});

const recalledItems = ({ recalled = [] }: ContextTrace): ContextItem[] =>
  recalled.map(([kind, id, ranks, tokens]) => ({
    kind,
    id,
    ranks,
    tokens,
    why: `found for the prompt${rankedIn(ranks)}`,
  }));

const keyOf = ({ turn, step }: Position): string => `${turn}.${step}`;

type RowsByPlace = ReadonlyMap<string, Doc<"messages">>;

/** The messages that stand at these places now: one range. */
const rowsByPlace = async (
  ctx: QueryCtx,
  run: Doc<"runs">,
  places: readonly Position[],
): Promise<RowsByPlace> => new Map((await rowsAt(ctx, run, places)).map((row) => [keyOf(row), row]));

/** The messages at some places in order, of those that are there: one range from the first to the last. */
export async function rowsAt(
  ctx: QueryCtx,
  { threadId }: Doc<"runs">,
  places: readonly Position[],
): Promise<Doc<"messages">[]> {
  const [first] = places;
  const last = places.at(-1);
  if (first === undefined || last === undefined) return [];
  const wanted = new Set(places.map(keyOf));
  const rows: Doc<"messages">[] = [];
  const span = ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).gte("turn", first.turn).lte("turn", last.turn));
  for await (const row of span) {
    if (comparePositions(row, last) > 0 || rows.length === places.length) break;
    if (wanted.has(keyOf(row))) rows.push(row);
  }
  return rows;
}
