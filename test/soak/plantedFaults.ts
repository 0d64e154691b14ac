// The auditors, and for each the faults that it must find.
import { wrongCounts } from "../../soak/audit/counts.js";
import { wrongDecisions } from "../../soak/audit/decisions.js";
import { duplicateSteps } from "../../soak/audit/duplicateSteps.js";
import type { Auditor, Evidence } from "../../soak/audit/evidence.js";
import { lostSteps } from "../../soak/audit/lostSteps.js";
import { doublePaidCalls, repeatedCalls } from "../../soak/audit/modelCalls.js";
import { orphanStreams } from "../../soak/audit/orphanStreams.js";
import { unremoved } from "../../soak/audit/removals.js";
import { stuckRuns, wrongEnds, wrongOrder } from "../../soak/audit/stuckRuns.js";
import { usageMismatches } from "../../soak/audit/usage.js";
import { again, row, type Plant } from "./plant.js";
import { usagePlants } from "./plantedUsage.js";
import { SAVED_AT_MS, script } from "./soundEvidence.js";

export const auditors: Record<string, Auditor> = {
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
  unremoved,
};

type Planted = { auditor: keyof typeof auditors; plants: Plant[] };

export const message = (evidence: Evidence, id: string) => evidence.messages.find(({ _id }) => _id === id)!;
const without = (evidence: Evidence, id: string) => {
  evidence.messages = evidence.messages.filter(({ _id }) => _id !== id);
};
const doubleText = ({ parts }: Evidence["messages"][number]) => (parts[0]!.text = parts[0]!.text!.repeat(2));
export const started = (step: number, at: number) =>
  ({ kind: "model", event: "started", key: script.key, step, process: "second", at }) as const;

export const planted: Planted[] = [
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
      ["a tool ran twice", (e) => e.calls.push({ ...e.calls[2]! }), /tool slow run:2 ran 2 times/],
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
        "more runs cannot be told that they ended than were moved",
        (e) => e.leftOver.push({ table: "onCompleteFailures", row: { error: "Could not find module" } }),
        /a row is left in onCompleteFailures/,
      ],
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
      [
        "a run failed",
        (e) => (e.runs[0]!.state = { kind: "failed", message: "because" }),
        /failed: {2}because/,
      ],
      [
        "a run failed for another reason",
        (e) => {
          e.runs[0]!.state = { kind: "failed", code: "RUN_LOST" };
          Object.assign(e.expected[0]!, { ends: ["failed"], code: "MODEL_FAILED" });
        },
        /failed: RUN_LOST/,
      ],
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
      [
        "a run went before its time",
        (e) => (e.expected[0]!.startAt = 901),
        /answer0 was asked before its time/,
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
      [
        "a call was denied and was to expire",
        (e) => {
          e.expected[0]!.decided = { "answer0-0-0": "expired" };
          Object.assign(e.toolCalls[0]!, { state: { kind: "denied" }, decision: { kind: "denied" } });
        },
        /answer0-0-0 is denied, not expired/,
      ],
      [
        "an expired tool ran",
        (e) => {
          e.expected[0]!.decided = { "answer0-0-0": "expired" };
          Object.assign(e.toolCalls[0]!, { state: { kind: "denied" }, decision: { kind: "expired" } });
        },
        /expired and ran/,
      ],
      [
        "somebody answered what nobody was to answer",
        (e) => {
          e.expected[0]!.decided = { "answer0-0-0": "unanswered" };
          e.toolCalls[0]!.toolName = "fade";
        },
        /is done, not unanswered/,
      ],
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
  { auditor: "usageMismatches", plants: usagePlants },
  {
    auditor: "unremoved",
    plants: [
      ["a thread is there", (e) => e.removed.push("thread"), /thread thread is still there/],
      [
        "a row names a thread that is gone",
        (e) => e.mentions.push({ table: "messages", field: "threadId", id: "removed" }),
        /messages has the threadId removed/,
      ],
      ["the run of a row is gone", (e) => (e.runs = []), /toolCalls has the runId run/],
      ["a timer is left", (e) => e.timers.push("runs:startDue"), /a timer is left: runs:startDue/],
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
