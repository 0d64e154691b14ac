// Each auditor finds the fault that is planted, and nothing where all is sound.
import { describe, expect, test } from "vitest";
import { wrongCounts } from "../../soak/audit/counts.js";
import { wrongDecisions } from "../../soak/audit/decisions.js";
import { duplicateSteps } from "../../soak/audit/duplicateSteps.js";
import type { Auditor, Evidence } from "../../soak/audit/evidence.js";
import { lostSteps } from "../../soak/audit/lostSteps.js";
import { doublePaidCalls, repeatedCalls } from "../../soak/audit/modelCalls.js";
import { orphanStreams } from "../../soak/audit/orphanStreams.js";
import { stuckRuns, wrongEnds, wrongOrder } from "../../soak/audit/stuckRuns.js";
import { usageMismatches } from "../../soak/audit/usage.js";
import { judge } from "../../soak/audit/verdict.js";
import { SAVED_AT_MS, script, soundEvidence } from "./soundEvidence.js";

const auditors: Record<string, Auditor> = {
  lostSteps,
  duplicateSteps,
  doublePaidCalls,
  repeatedCalls,
  stuckRuns,
  wrongEnds,
  wrongOrder,
  wrongDecisions,
  orphanStreams,
  usageMismatches,
  wrongCounts,
};

type Plant = [what: string, spoil: (evidence: Evidence) => void, finds: RegExp];
type Planted = { auditor: keyof typeof auditors; plants: Plant[] };

const message = (evidence: Evidence, id: string) => evidence.messages.find(({ _id }) => _id === id)!;
const without = (evidence: Evidence, id: string) => {
  evidence.messages = evidence.messages.filter(({ _id }) => _id !== id);
};
const again = <Row extends { _id: string }>(rows: Row[], change: Partial<Row> = {}) =>
  rows.push({ ...rows[0]!, _id: "again", ...change });
const doubleText = ({ parts }: Evidence["messages"][number]) => (parts[0]!.text = parts[0]!.text!.repeat(2));
const row = { _id: "row", _creationTime: 0 };
const started = (step: number, at: number) =>
  ({ kind: "model", event: "started", key: script.key, step, process: "second", at }) as const;

const planted: Planted[] = [
  {
    auditor: "lostSteps",
    plants: [
      ["the message of a step is gone", (e) => without(e, "answer"), /no message at step 3/],
      ["a result is gone", (e) => without(e, "result"), /no result of answer0-0-0/],
      ["a result says nothing", (e) => (message(e, "result").parts = []), /no result of/],
      ["a step is counted and not said", (e) => (e.runs[0]!.steps = 3), /3 steps and 2 complete answers/],
      ["an answer was not completed", (e) => (message(e, "answer").state = { kind: "failed" }), /1 complete/],
      ["half an answer", (e) => (message(e, "answer").parts[0]!.text = "answer0/0"), /step 1 does not say/],
      [
        "a run ended too early",
        (e) => (e.expected[0]!.script = { ...script, steps: [["note"], ["look"]] }),
        /step 1/,
      ],
      ["the prompt is gone", (e) => without(e, "prompt"), /answer0: no prompt/],
      [
        "what a run was told is gone",
        (e) => (e.expected[0]!.heard = ["Mind answer0"]),
        /nobody said "Mind answer0"/,
      ],
      ["the run is gone", (e) => (e.runs = []), /a prompt without a run/],
    ],
  },
  {
    auditor: "duplicateSteps",
    plants: [
      [
        "two messages at one place",
        (e) => again(e.messages, { step: 3, role: "assistant" }),
        /2 messages at/,
      ],
      ["two prompts", (e) => again(e.messages, { turn: 1 }), /2 prompts Play this script/],
      ["two runs", (e) => again(e.runs), /2 runs of answer0/],
      ["two rows of a tool call", (e) => again(e.toolCalls), /2 tool calls at run:2/],
      ["a text twice", (e) => doubleText(message(e, "answer")), /says/],
      ["a tool ran twice", (e) => e.calls.push({ ...e.calls[2]! }), /tool note run:2 ran 2 times/],
      ["a mutation committed twice", (e) => again(e.notes), /2 notes of run:2/],
    ],
  },
  {
    auditor: "doublePaidCalls",
    plants: [
      [
        "a call after its step was saved",
        (e) => e.calls.push(started(0, SAVED_AT_MS[0] + 1)),
        /step 0 was asked after/,
      ],
      [
        "a call that the same host made before",
        (e) => e.calls.push({ ...started(0, 800), process: "first" }),
        /step 0 by first was asked 2 times/,
      ],
      [
        "a call after the run was over",
        (e) => e.calls.push(started(7, SAVED_AT_MS[1] + 1)),
        /step 7 was asked after/,
      ],
    ],
  },
  {
    auditor: "repeatedCalls",
    plants: [["a call of a killed host", (e) => e.calls.push(started(0, 800)), /step 0 was asked again/]],
  },
  {
    auditor: "stuckRuns",
    plants: [
      ["a run goes on", (e) => delete e.runs[0]!.state, /run run is running/],
      ["a run waits for its turn", (e) => (e.runs[0]!.state = { kind: "queued" }), /run run is queued/],
      ["a thread is held", (e) => (e.heads[0]!.activeRunId = "run"), /thread thread waits for run run/],
      ["a run is counted as waiting", (e) => (e.heads[0]!.queuedRuns = 1), /counts 1 runs that wait/],
      ["a call is open", (e) => (e.toolCalls[0]!.state = { kind: "started" }), /answer0-0-0 is started/],
      [
        "a journal is left",
        (e) => e.leftOver.push({ table: "steps", row: { at: 1n } }),
        /a row is left in steps/,
      ],
    ],
  },
  {
    auditor: "wrongEnds",
    plants: [
      ["a run failed", (e) => (e.runs[0]!.state = { kind: "failed", message: "because" }), /failed: because/],
    ],
  },
  {
    auditor: "wrongOrder",
    plants: [
      [
        "a run went ahead",
        (e) => {
          e.expected.push({ script: { ...script, key: "next" }, ends: ["completed"], after: script.key });
          e.calls.push({ ...started(0, SAVED_AT_MS[1] - 1), key: "next" });
        },
        /next was asked before answer0 was over/,
      ],
    ],
  },
  {
    auditor: "wrongDecisions",
    plants: [
      [
        "a call ended otherwise",
        (e) => (e.expected[0]!.decided = { "answer0-0-0": "denied" }),
        /answer0-0-0 is done, not denied/,
      ],
      [
        "a denied tool ran",
        (e) => {
          e.expected[0]!.decided = { "answer0-0-0": "denied" };
          e.toolCalls[0]!.state = { kind: "denied" };
        },
        /denied and ran/,
      ],
      ["a call is gone", (e) => (e.expected[0]!.decided = { other: "done" }), /there is no call other/],
    ],
  },
  {
    auditor: "orphanStreams",
    plants: [
      ["a stream goes on", (e) => e.streams.push({ ...row, state: { kind: "streaming" } }), /never ended/],
      ["a stream was not swept", (e) => e.streams.push({ ...row, state: { kind: "finished" } }), /not swept/],
      ["chunks without a stream", (e) => e.chunks.push({ ...row, streamId: "gone", seq: 0 }), /stream gone/],
      [
        "a message is being written",
        (e) => (message(e, "answer").state = { kind: "streaming" }),
        /being written/,
      ],
    ],
  },
  {
    auditor: "usageMismatches",
    plants: [
      ["a step was paid twice", (e) => again(e.usage), /2 events of step 0/],
      ["a step is not in the ledger", (e) => e.usage.pop(), /no event of step 1/],
      ["an event of no step", (e) => again(e.usage, { step: 5 }), /an event of step 5/],
      ["other tokens", (e) => (e.usage[0]!.inputTokens += 1), /step 0 did not use that/],
      ["totals that differ", (e) => (e.runs[0]!.totals!.outputTokens += 1), /are not those of its 2 events/],
      ["more calls than events", (e) => (e.runs[0]!.totals!.calls = 3), /3 calls/],
      ["a call that nobody made", (e) => (e.calls = e.calls.slice(0, -1)), /never asked to the end/],
    ],
  },
  {
    auditor: "wrongCounts",
    plants: [
      ["messages", (e) => (e.heads[0]!.messages = 5), /counts 5 messages and has 4/],
      ["turns", (e) => (e.heads[0]!.nextTurn = 2), /goes on with turn 2, not 1/],
      ["threads", (e) => (e.counts[0]!.threads = 2), /counts 2 threads/],
    ],
  },
];

test("every auditor has its faults", () => {
  expect(planted.map(({ auditor }) => auditor).sort()).toEqual(Object.keys(auditors).sort());
});

test.each(Object.keys(auditors))("%s finds nothing where all is sound", (name) => {
  expect(auditors[name]!(soundEvidence())).toEqual([]);
});

describe.each(planted)("$auditor finds", ({ auditor, plants }) => {
  test.each(plants)("%s", (_what, spoil, finds) => {
    const evidence = soundEvidence();
    spoil(evidence);
    expect(auditors[auditor]!(evidence).join("\n")).toMatch(finds);
  });
});

describe("a run that was steered", () => {
  const steer = (evidence: Evidence, places: number) => {
    const [run] = evidence.runs;
    Object.assign(run!, { nextStep: 6, steered: { places } });
    evidence.heads[0]!.messages = 5;
    message(evidence, "answer").step = 5;
    const said = { type: "text", text: "Mind answer0" };
    evidence.messages.push({
      ...message(evidence, "prompt"),
      _id: "said",
      step: 3,
      runId: "run",
      parts: [said],
    });
    evidence.expected[0]!.heard = [said.text];
  };

  test("has places that it did not write itself", () => {
    const evidence = soundEvidence();
    steer(evidence, 2);
    for (const auditor of Object.values(auditors)) expect(auditor(evidence)).toEqual([]);
  });

  test("has no more of them than it counts", () => {
    const evidence = soundEvidence();
    steer(evidence, 1);
    expect(lostSteps(evidence).join()).toMatch(/no message at step 3, 4/);
  });
});

test("what an agent used that was asked is in the totals of the one that asked", () => {
  const evidence = soundEvidence();
  const [run] = evidence.runs;
  const spent = { inputTokens: 5, outputTokens: 1 };
  evidence.runs.push({ ...run!, _id: "child", parentRunId: "run", steps: 1, turn: 9, totals: spent });
  evidence.usage.push({ ...evidence.usage[0]!, _id: "childUsage", runId: "child", ...spent });
  expect(usageMismatches(evidence).join()).toMatch(/run run: its totals/);
  run!.totals = {
    calls: 3,
    inputTokens: run!.totals!.inputTokens + 5,
    outputTokens: run!.totals!.outputTokens + 1,
  };
  expect(usageMismatches(evidence)).toEqual([]);
});

describe("the verdict", () => {
  const course = { kills: 2, conflicts: 9, problems: [] };
  const zero = {
    lostSteps: 0,
    duplicateSteps: 0,
    doublePaidCalls: 0,
    repeatedCalls: 0,
    stuckRuns: 0,
    orphanStreams: 0,
    usageMismatches: 0,
  };

  test("is good where all is sound, and where calls were repeated", () => {
    const evidence = soundEvidence();
    evidence.calls.push(started(0, 800));
    const counts = { ...zero, runs: 1, kills: 2, conflicts: 9, repeatedCalls: 1 };
    expect(judge(evidence, course).result).toEqual({ ok: true, ...counts });
  });

  const faults = planted.filter(({ auditor }) => auditor !== "repeatedCalls");
  test.each(faults)("is bad for what $auditor finds", ({ auditor, plants }) => {
    const evidence = soundEvidence();
    plants[0]![1](evidence);
    const { result, findings } = judge(evidence, course);
    expect(result.ok).toBe(false);
    expect(findings).not.toEqual([]);
    if (auditor in zero) expect(result[auditor as keyof typeof zero]).toBeGreaterThan(0);
  });

  test("is bad when the course was", () => {
    const { result, findings } = judge(soundEvidence(), { ...course, problems: ["answer0: Still null"] });
    expect(result.ok).toBe(false);
    expect(findings).toEqual([{ fault: "course", finding: "answer0: Still null" }]);
  });
});
