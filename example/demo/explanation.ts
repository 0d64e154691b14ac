import type { ContextExplanation, ReplayedContext } from "convex-agent-memory";
import type { Screen } from "./screen.js";
import { textTable } from "./textTable.js";

/** What came of building the context again: how long it is, or what stands in the way. */
export type ShownReplay = { kind: ReplayedContext["kind"]; source?: string; bytes?: number };

export type ShownExplanation = {
  explain: ContextExplanation;
  replay: ShownReplay;
  /** What is behind the ids: texts of facts and messages, labels of blocks. */
  texts: Map<string, string>;
};

export const replayToShow = (replayed: ReplayedContext): ShownReplay =>
  replayed.kind === "same"
    ? { kind: replayed.kind, bytes: new TextEncoder().encode(replayed.text).length }
    : { kind: replayed.kind, source: replayed.source.kind };

type Item = ContextExplanation["sections"][number]["items"][number];

/** Characters of a text that are shown. */
const SHOWN_CHARACTERS = 40;

/** Everything that the model was shown for one answer, and why; then whether it can be shown again. */
export function tellExplanation(screen: Screen, { explain, replay, texts }: ShownExplanation): void {
  screen.line("\nWhy the model could say that: all that it was shown");
  const columns = [
    { title: "section" },
    { title: "what" },
    { title: "tokens", right: true },
    { title: "why" },
  ];
  const rows = explain.sections.flatMap(({ section, items, tokens, leftOut }) => [
    ...items.map((item) => [
      section,
      whatOf(item, texts),
      numberText(item.tokens ?? (items.length === 1 ? tokens : undefined)),
      item.why,
    ]),
    ...leftOut.map((left) => [section, `${left.count} left out`, numberText(left.tokens), left.reason]),
  ]);
  const sum = ["in all", "", numberText(explain.tokens), ""];
  for (const line of textTable(columns, [...rows, sum])) screen.line(`  ${line}`);
  screen.line(
    replay.kind === "same"
      ? `  replay: the same ${numberText(replay.bytes)} bytes again`
      : `  replay: ${replay.kind} (${replay.source ?? "unknown"})`,
  );
}

function whatOf({ kind, id, version }: Item, texts: Map<string, string>): string {
  const text = id === undefined ? undefined : texts.get(id);
  if (kind === "block") return `block ${text ?? ""}, version ${version ?? 1}`;
  if (text === undefined) return kind === "message" ? "message of an earlier conversation" : kind;
  return `${kind} “${shortened(text)}”`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS - 1).trimEnd()}…`;
}

const numberText = (value: number | undefined): string => value?.toLocaleString("en") ?? "";
