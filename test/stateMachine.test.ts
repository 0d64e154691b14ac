import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import schema from "../src/component/schema.js";
import { FACT_STATES_AFTER } from "../src/shared/factState.js";
import { isActive, RUN_STATES_AFTER } from "../src/shared/runState.js";
import type { RunState } from "../src/validators/run.js";

/** The names of the states that a mermaid `stateDiagram` draws. */
function drawnStates(diagram: string): string[] {
  const arrows = [...diagram.matchAll(/^\s*(\S+)\s*-->\s*([^\s:]+)/gm)];
  const names = arrows.flatMap(([, from = "", to = ""]) => [from, to]).filter((name) => name !== "[*]");
  return [...new Set(names)].sort();
}

/** The mermaid diagram of one section of a Markdown page; empty when there is none. */
function diagramOf(page: string, heading: string): string {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return /```mermaid\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
}

/** The arrows between states that a diagram draws, as `from --> to`. */
const drawnSteps = (diagram: string): string[] =>
  [...diagram.matchAll(/^\s*(\w+)\s*-->\s*(\w+)/gm)].map(([, from, to]) => `${from} --> ${to}`).sort();

interface TaggedUnion {
  members: { fields: { kind: { value: string } } }[];
}

function declaredStates({ members }: TaggedUnion): string[] {
  return members.map(({ fields }) => fields.kind.value).sort();
}

const declaredKinds = ({ members }: typeof schema.tables.runs.validator.fields.state) =>
  members.map(({ fields }) => ({ kind: fields.kind.value, fields: Object.keys(fields) }));

const page = readFileSync("src/component/README.md", "utf8");

describe("the component's README", () => {
  test.each([
    ["Runs", schema.tables.runs],
    ["Streams", schema.tables.streams],
    ["Facts", schema.tables.facts],
  ])("%s: draws the states that the table knows, and no others", (heading, table) => {
    expect(drawnStates(diagramOf(page, heading))).toEqual(declaredStates(table.validator.fields.state));
  });

  test.each([
    ["Runs", RUN_STATES_AFTER],
    ["Facts", FACT_STATES_AFTER],
  ])(
    "%s: draws the very steps that may be taken",
    (heading, statesAfter: Record<string, readonly string[]>) => {
      const steps = Object.entries(statesAfter).flatMap(([from, to]) =>
        to.map((next) => `${from} --> ${next}`),
      );
      expect(drawnSteps(diagramOf(page, heading))).toEqual(steps.sort());
    },
  );
});

test("a run that has ended is one whose state leads to no other", () => {
  const kinds = declaredKinds(schema.tables.runs.validator.fields.state);
  for (const kind of kinds) {
    const hasEnd = kind.fields.includes("endedAt");
    expect(hasEnd, kind.kind).toBe(RUN_STATES_AFTER[kind.kind].length === 0);
  }
  expect(isActive({ kind: "running" })).toBe(true);
  expect(isActive({ kind: "completed", endedAt: 1 })).toBe(false);
  expect(isActive({ kind: "not known yet" } as unknown as RunState), "of a newer deployment").toBe(true);
});
