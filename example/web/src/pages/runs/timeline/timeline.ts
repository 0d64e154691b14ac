// A run in order, out of what is kept of it: its messages, its tool calls, what each call of a model used, and the runs
// that its tools asked. Pure, so that a page draws and a test holds the same.
import type { Message, Part, PartOf, Run, ToolCall, UsageEvent } from "convex-agent-memory";

/** What is kept of a run. */
export type RunParts = {
  run: Run;
  /** Of the run's turn, in any order. */
  messages: readonly Message[];
  toolCalls: readonly ToolCall[];
  events: readonly UsageEvent[];
  nested: readonly Run[];
};

/** From when until when, in ms since the epoch; without an end it goes on. */
export type Span = { from: number; to?: number };

export type TimelineTool = {
  callId: string;
  toolName: string;
  /** The part that asks, and where it stands, to be read whole. */
  asked: { part: PartOf<"toolCall">; messageId: string; index: number };
  result?: { part: PartOf<"toolResult">; messageId: string; index: number };
  call?: ToolCall;
  nested?: Run;
  span?: Span;
};

export type StepState = "running" | "done" | "failed";

export type Entry =
  | { kind: "wait"; for: "begin" | "approval" | "answer"; span: Span }
  | { kind: "steering"; message: Message }
  | {
      kind: "step";
      /** From 1. */
      number: number;
      state: StepState;
      message?: Message;
      /** The call that gave the answer. */
      call?: UsageEvent;
      /** Requests that failed or were tried again, and what else the step paid for. */
      others: UsageEvent[];
      span?: Span;
      tools: TimelineTool[];
    }
  /** The next call of the model is under way, or about to be. */
  | { kind: "asking"; span: Span };

export type Step = Extract<Entry, { kind: "step" }>;

export type Timeline = { span: Span; prompt?: Message; entries: Entry[]; otherRuns: Run[] };

/** Shorter than this nobody waited to begin. */
const BEGIN_NOTICED_MS = 1_000;

const endOf = ({ state }: Pick<Run, "state">): number | undefined =>
  "endedAt" in state ? state.endedAt : undefined;

export function timelineOf(parts: RunParts): Timeline {
  const { run, nested } = parts;
  const messages = parts.messages
    .filter(({ turn }) => turn === run.turn)
    .sort((left, right) => left.step - right.step);
  const entries = entriesOf(parts, messages);
  const endedAt = endOf(run);
  const shown = new Set(
    entries.flatMap((entry) => (entry.kind === "step" ? entry.tools.map((tool) => tool.nested?.runId) : [])),
  );
  const prompt = messages.find(({ role, step }) => role === "user" && step === 0);
  return {
    span: { from: run.startedAt, ...(endedAt === undefined ? {} : { to: endedAt }) },
    ...(prompt === undefined ? {} : { prompt }),
    entries,
    otherRuns: nested.filter(({ runId }) => !shown.has(runId)),
  };
}

function entriesOf(parts: RunParts, messages: readonly Message[]): Entry[] {
  const { run, events } = parts;
  const answers = messages.filter(({ role, runId }) => role === "assistant" && runId === run.runId);
  const steps = Math.max(answers.length, ...events.map(({ step = 0 }) => step + 1));
  const entries: Entry[] = [];
  let said = -1;
  for (let index = 0; index < steps; index++) {
    const step = stepOf(parts, messages, { index, message: answers[index] });
    if (index === 0) entries.push(...beginning(run, step));
    const to = answers[index]?.step ?? Infinity;
    entries.push(...saidBetween(run, messages, { from: said, to }), step, ...waitsOf(step));
    said = to;
  }
  entries.push(...saidBetween(run, messages, { from: said, to: Infinity }));
  return isAsking(run, entries)
    ? [...entries, { kind: "asking", span: { from: lastMoment(run, entries) } }]
    : entries;
}

/** How long a run waited before its first call of the model. */
function beginning({ startedAt }: Run, { span }: Step): Entry[] {
  if (span === undefined || span.from - startedAt < BEGIN_NOTICED_MS) return [];
  return [{ kind: "wait", for: "begin", span: { from: startedAt, to: span.from } }];
}

const isSteering = (run: Run, { role, step, runId }: Message): boolean =>
  role === "user" && step > 0 && (runId === undefined || runId === run.runId);

/** What was said between two places of the turn. */
function saidBetween(
  run: Run,
  messages: readonly Message[],
  { from, to }: { from: number; to: number },
): Entry[] {
  return messages
    .filter((message) => isSteering(run, message) && message.step > from && message.step < to)
    .map((message) => ({ kind: "steering", message }));
}

type Place = { index: number; message: Message | undefined };

function stepOf(parts: RunParts, messages: readonly Message[], { index, message }: Place): Step {
  const own = parts.events.filter(({ step }) => step === index);
  const call = own.findLast(({ purpose, isFailed }) => purpose === "answer" && isFailed !== true);
  const others = own.filter((event) => event !== call);
  return {
    kind: "step",
    number: index + 1,
    state: stepState(parts.run, message, call),
    ...(message === undefined ? {} : { message }),
    ...(call === undefined ? {} : { call }),
    others,
    ...spanOf(message, call ?? others.at(-1)),
    tools: message === undefined ? [] : toolsOf(parts, messages, message),
  };
}

function stepState(run: Run, message: Message | undefined, call: UsageEvent | undefined): StepState {
  if (message?.state.kind === "streaming" && endOf(run) === undefined) return "running";
  if (message?.state.kind === "failed" || (message === undefined && call === undefined)) return "failed";
  return "done";
}

/** When the model was called: the ledger says how long that took, and when it was over. */
function spanOf(message: Message | undefined, event: UsageEvent | undefined): { span?: Span } {
  if (event !== undefined) return { span: { from: event.at - event.ms, to: event.at } };
  return message === undefined ? {} : { span: { from: message.createdAt } };
}

function toolsOf(
  { toolCalls, nested }: RunParts,
  messages: readonly Message[],
  message: Message,
): TimelineTool[] {
  return message.parts.flatMap((part, index): TimelineTool[] => {
    if (part.type !== "toolCall") return [];
    const call = callOf(toolCalls, part.callId, message.step);
    const child = nested.find(({ runId }) => runId === call?.childRunId);
    return [
      {
        ...{ callId: part.callId, toolName: part.toolName },
        asked: { part, messageId: message.messageId, index },
        ...resultOf(messages, part.callId, message.step),
        ...(call === undefined ? {} : { call, ...toolSpan(call) }),
        ...(child === undefined ? {} : { nested: child }),
      },
    ];
  });
}

/** Models number their calls anew: the row of a call stands behind the message that asked, and before the next. */
const callOf = (calls: readonly ToolCall[], callId: string, after: number): ToolCall | undefined =>
  calls.filter((call) => call.callId === callId && call.step > after).sort((a, b) => a.step - b.step)[0];

function resultOf(messages: readonly Message[], callId: string, after: number): Pick<TimelineTool, "result"> {
  for (const message of messages) {
    if (message.step < after) continue;
    const index = message.parts.findIndex((part) => isResultOf(part, callId));
    const part = message.parts[index];
    if (part?.type === "toolResult") return { result: { part, messageId: message.messageId, index } };
  }
  return {};
}

const isResultOf = (part: Part, callId: string): boolean =>
  part.type === "toolResult" && part.callId === callId;

function toolSpan({ state, ms = 0 }: ToolCall): { span?: Span } {
  if (state.kind === "started") return { span: { from: state.startedAt } };
  return "endedAt" in state ? { span: { from: state.endedAt - ms, to: state.endedAt } } : {};
}

/** What a step waited for: the longest of its approvals, and of its answers from outside. */
function waitsOf({ tools, span }: Step): Entry[] {
  const from = span?.to;
  if (from === undefined) return [];
  const calls = tools.flatMap(({ call }) => (call === undefined ? [] : [call]));
  const approvals = calls.filter(
    ({ state, decision }) => state.kind === "awaitingApproval" || decision !== undefined,
  );
  const answers = calls.filter(
    ({ state, answeredBy }) => state.kind === "awaitingResult" || answeredBy !== undefined,
  );
  return [
    ...waitOf(
      "approval",
      from,
      approvals.map(({ decision }) => decision?.at),
    ),
    ...waitOf(
      "answer",
      from,
      answers.map(({ state }) => ("endedAt" in state ? state.endedAt : undefined)),
    ),
  ];
}

function waitOf(reason: "approval" | "answer", from: number, ends: readonly (number | undefined)[]): Entry[] {
  if (ends.length === 0) return [];
  const known = ends.flatMap((at) => (at === undefined ? [] : [at]));
  const to = known.length < ends.length ? undefined : Math.max(from, ...known);
  return [{ kind: "wait", for: reason, span: { from, ...(to === undefined ? {} : { to }) } }];
}

/** True where the model is, or is about to be, at work on the next step. */
function isAsking(run: Run, entries: readonly Entry[]): boolean {
  if (run.state.kind !== "running" || run.waitsUntil !== undefined) return false;
  const steps = entries.filter((entry) => entry.kind === "step");
  if (steps.some(({ state }) => state === "running")) return false;
  return steps.every(({ tools }) => tools.every(({ call }) => call === undefined || "endedAt" in call.state));
}

const lastMoment = (run: Run, entries: readonly Entry[]): number =>
  Math.max(
    run.startedAt,
    ...entries.flatMap((entry) => {
      if (entry.kind === "steering") return [entry.message.createdAt];
      const ends = entry.kind === "step" ? entry.tools.map(({ span }) => span?.to ?? 0) : [];
      return [entry.span?.to ?? 0, ...ends];
    }),
  );
