import type { Message } from "../validators/message.js";
import { memoryError } from "../validators/errors.js";
import type { ContextBudget } from "./contextBudget.js";
import { PROMPT_STEP } from "./position.js";
import { wholeToolGroups } from "./toolGroups.js";
import { toolSegments } from "./toolSegments.js";

/**
 * The sections of a context in the order in which a model reads them. What changes least comes first, so that the
 * start of one call is the start of the next and a provider's prompt cache stays warm.
 */
export const SECTIONS = ["instructions", "blocks", "summary", "tail", "recalled", "prompt", "run"] as const;
export type SectionName = (typeof SECTIONS)[number];

/**
 * Why something is not in a context. `budget`: all sections together were full; `cap`: its own was; `opening`: the
 * tail would have begun in the middle of an answer; `unpaired`: a call without its result, or a result without its
 * call; `shown`: recalled, but in the tail anyway.
 */
export type LeftOutReason = "budget" | "cap" | "opening" | "unpaired" | "shown";
export type LeftOut = { section: SectionName; reason: LeftOutReason; count: number; tokens: number };

type Sized = { tokens: number };
export type PlanInput<Block extends Sized, Hit extends Sized> = {
  /** Tokens of the instructions and of the tools' definitions. */
  instructions: number;
  blocks: readonly (Block & { updatedAt: number })[];
  summary: Sized | null;
  /** The thread from the summary on, in order. */
  messages: readonly Message[];
  /** The turn that is answered: its prompt stands at step 0. */
  turn: number;
  /** Best first. */
  recalled: readonly (Hit & { sourceId: string })[];
  /** Real tokens for each token of our estimates. */
  factor: number;
  budget: ContextBudget;
};

export type ContextPlan<Block, Hit> = {
  blocks: Block[];
  hasSummary: boolean;
  messages: Message[];
  recalled: Hit[];
  /** Tokens of each section, in the order of `SECTIONS`; estimates times the factor. */
  tokens: number[];
  /** All tokens without the factor: what the provider's count is compared to. */
  estimate: number;
  leftOut: LeftOut[];
};

/**
 * What a model is shown, from rows. Pure: the same rows give the same plan. The instructions, the prompt, the run's
 * newest tool group and what the user said behind it are always in. Then what the user said before while the run was
 * under way, the run's older steps, the blocks, the summary, what was recalled and
 * at last the thread's tail share what is left; of each the oldest goes first (of recalled text the worst). Messages
 * go in whole tool groups, and nothing older stays than what went.
 *
 * Throws `CONTEXT_TOO_SMALL` when the instructions and the prompt alone are over `budget.maxTokens`.
 */
export function planContext<Block extends Sized, Hit extends Sized>(
  input: PlanInput<Block, Hit>,
): ContextPlan<Block, Hit> {
  const plan = new Planning(input.factor, input.budget.maxTokens);
  const { older, prompt, run } = splitMessages(input, plan);
  plan.put("instructions", [{ tokens: input.instructions }]);
  plan.put("prompt", prompt);
  if (plan.left < 0) throw tooSmall(input.budget.maxTokens, plan.used);
  const steps = keepRun(run, plan);
  const blocks = keepBlocks(input, plan);
  const { summary } = input;
  const hasSummary = summary !== null && plan.offer("summary", summary, input.budget.summary);
  const hits = input.recalled.filter((hit) => plan.offer("recalled", hit, input.budget.recalled));
  const tail = keepTail(older, { plan, cap: input.budget.tail, isCut: steps.length < run.length });
  const messages = [...tail.flat(), ...prompt, ...steps.flat()];
  const shown = new Set(messages.map(({ messageId }) => messageId));
  const recalled = hits.filter((hit) => !shown.has(hit.sourceId) || plan.takeBack("recalled", hit, "shown"));
  return {
    blocks,
    hasSummary,
    messages,
    recalled,
    ...plan.result(),
  };
}

const tooSmall = (maxTokens: number, neededTokens: number) =>
  memoryError(
    "CONTEXT_TOO_SMALL",
    `The context may have ${maxTokens} tokens, but the instructions, tools and prompt need ${neededTokens}: raise \`context.maxTokens\` or shorten them.`,
    { maxTokens, neededTokens },
  );

/** The account of a plan: what each section has, what is left, and what was left out. */
class Planning {
  used = 0;
  #estimate = 0;
  readonly #tokens = new Map<SectionName, number>();
  readonly #leftOut = new Map<string, LeftOut>();

  constructor(
    private readonly factor: number,
    private readonly maxTokens: number,
  ) {}

  get left(): number {
    return this.maxTokens - this.used;
  }

  sizeOf(rows: readonly Sized[]): number {
    return rows.reduce((sum, { tokens }) => sum + Math.ceil(tokens * this.factor), 0);
  }

  put(section: SectionName, rows: readonly Sized[]): void {
    const size = this.sizeOf(rows);
    this.used += size;
    this.#tokens.set(section, (this.#tokens.get(section) ?? 0) + size);
    this.#estimate += rows.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** Why rows do not fit, or null where they do. */
  refusal(section: SectionName, rows: readonly Sized[], cap: number): LeftOutReason | null {
    const size = this.sizeOf(rows);
    if ((this.#tokens.get(section) ?? 0) + size > cap) return "cap";
    return size > this.left ? "budget" : null;
  }

  /** Puts a row in where it fits. */
  offer(section: SectionName, row: Sized, cap: number): boolean {
    const reason = this.refusal(section, [row], cap);
    if (reason === null) this.put(section, [row]);
    else this.leaveOut(section, [row], reason);
    return reason === null;
  }

  leaveOut(section: SectionName, rows: readonly Sized[], reason: LeftOutReason): void {
    if (rows.length === 0) return;
    const key = `${section} ${reason}`;
    const before = this.#leftOut.get(key) ?? { section, reason, count: 0, tokens: 0 };
    const tokens = before.tokens + this.sizeOf(rows);
    this.#leftOut.set(key, { ...before, count: before.count + rows.length, tokens });
  }

  takeBack(section: SectionName, row: Sized, reason: LeftOutReason): false {
    const size = this.sizeOf([row]);
    this.used -= size;
    this.#estimate -= row.tokens;
    this.#tokens.set(section, (this.#tokens.get(section) ?? 0) - size);
    this.leaveOut(section, [row], reason);
    return false;
  }

  result() {
    return {
      tokens: SECTIONS.map((section) => this.#tokens.get(section) ?? 0),
      estimate: this.#estimate,
      leftOut: [...this.#leftOut.values()],
    };
  }
}

type Segments = { older: Message[][]; prompt: Message[]; run: Message[][] };

/**
 * The thread before the prompt, the prompt, and what the run wrote, in segments that go together. A segment that
 * holds the prompt is the prompt's: it must be in.
 */
function splitMessages(
  { messages, turn }: Pick<PlanInput<Sized, Sized>, "messages" | "turn">,
  plan: Planning,
): Segments {
  const upToTurn = messages.filter((message) => message.turn <= turn);
  const whole = wholeToolGroups(upToTurn);
  const kept = new Set(whole.map(({ turn: at, step }) => `${at}.${step}`));
  plan.leaveOut(
    "tail",
    upToTurn.filter(({ turn: at, step }) => !kept.has(`${at}.${step}`)),
    "unpaired",
  );
  const segments = toolSegments(whole);
  const at = segments.findIndex((rows) => rows.some((row) => row.turn === turn && row.step === PROMPT_STEP));
  const firstOfTurn = segments.findIndex((rows) => rows.some((row) => row.turn === turn));
  if (at < 0) {
    const from = firstOfTurn < 0 ? segments.length : firstOfTurn;
    return { older: segments.slice(0, from), prompt: [], run: segments.slice(from) };
  }
  return { older: segments.slice(0, at), prompt: segments[at] ?? [], run: segments.slice(at + 1) };
}

/**
 * The newest step and what the user said behind it always. Then, while they fit, what the user said before, and the
 * older steps; of each the newest first.
 */
function keepRun(run: readonly Message[][], plan: Planning): Message[][] {
  const newest = Math.max(
    0,
    run.findLastIndex((rows) => !isSaidByUser(rows)),
  );
  const always = run.slice(newest);
  plan.put("run", always.flat());
  const before = run.slice(0, newest);
  const kept = new Set([
    ...newestThatFit(before.filter(isSaidByUser), plan),
    ...newestThatFit(
      before.filter((rows) => !isSaidByUser(rows)),
      plan,
    ),
  ]);
  plan.leaveOut("run", before.filter((rows) => !kept.has(rows)).flat(), "budget");
  return [...before.filter((rows) => kept.has(rows)), ...always];
}

/** What steers a run: the prompt is not among its segments. */
const isSaidByUser = (rows: readonly Message[]): boolean => rows.every(({ role }) => role === "user");

function newestThatFit(segments: readonly Message[][], plan: Planning): Message[][] {
  let from = segments.length;
  while (from > 0 && plan.refusal("run", segments[from - 1] ?? [], Infinity) === null) {
    from -= 1;
    plan.put("run", segments[from] ?? []);
  }
  return segments.slice(from);
}

/** The blocks in the agent's order, less those that were written longest ago where they do not all fit. */
function keepBlocks<Block extends Sized>(
  { blocks, budget }: Pick<PlanInput<Block, Sized>, "blocks" | "budget">,
  plan: Planning,
): Block[] {
  const newestFirst = blocks
    .map((block, index) => ({ block, index }))
    .sort((left, right) => right.block.updatedAt - left.block.updatedAt || left.index - right.index);
  const kept = new Set(
    newestFirst.filter(({ block }) => plan.offer("blocks", block, budget.blocks)).map(({ index }) => index),
  );
  return blocks.filter((_block, index) => kept.has(index));
}

type TailCut = { plan: Planning; cap: number; isCut: boolean };

/** The end of the thread before the prompt. Where it is cut it opens with a prompt: an answer alone has lost what it answers. */
function keepTail(older: readonly Message[][], { plan, cap, isCut }: TailCut): Message[][] {
  let from = older.length;
  let reason: LeftOutReason = "budget";
  const kept: Message[][] = [];
  while (!isCut && from > 0) {
    const rows = older[from - 1] ?? [];
    const refusal = plan.refusal("tail", [...kept.flat(), ...rows], cap);
    if (refusal !== null) {
      reason = refusal;
      break;
    }
    kept.unshift(rows);
    from -= 1;
  }
  plan.leaveOut("tail", older.slice(0, from).flat(), reason);
  const first = from === 0 ? 0 : kept.findIndex(([message]) => message?.role === "user");
  const opening = first < 0 ? kept.length : first;
  plan.leaveOut("tail", kept.slice(0, opening).flat(), "opening");
  const tail = kept.slice(opening);
  plan.put("tail", tail.flat());
  return tail;
}
