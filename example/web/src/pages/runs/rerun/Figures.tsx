import type { ContextExplanation, UsageEvent } from "convex-agent-memory";
import { formatCount, formatDuration, formatMoney, UNKNOWN } from "../../../shell/formats.js";
import { FiguresTable } from "../FiguresTable.js";
import { endWords } from "../runWords.js";
import type { MadeRerun } from "./madeRerun.js";

type FiguresProps = { rerun: MadeRerun; call: UsageEvent | undefined; explained: ContextExplanation };

/** What both calls took, side by side. */
export function Figures({ rerun: { result }, call, explained }: FiguresProps) {
  const usage = result.usage.at(-1);
  const both: [string, (value: number) => string, number | undefined, number | undefined][] = [
    ["Tokens of context, by estimate", formatCount, explained.tokens, result.context.tokens],
    ["Tokens in", formatCount, call?.inputTokens, usage?.inputTokens],
    ["Tokens out", formatCount, call?.outputTokens, usage?.outputTokens],
    ["Time of the model", formatDuration, call?.ms, usage?.ms],
    ["Cost", formatMoney, call?.costMicros, result.costMicros],
  ];
  return (
    <FiguresTable caption="What both calls took" first="Figure" numbers={["Saved", "New", "Change"]}>
      {both.map(([name, words, before, after]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td data-number>{before === undefined ? UNKNOWN : words(before)}</td>
          <td data-number>{after === undefined ? UNKNOWN : words(after)}</td>
          <td data-number>{changeWords(before, after, words)}</td>
        </tr>
      ))}
      <tr>
        <th scope="row">Model</th>
        <td data-number>{call === undefined ? UNKNOWN : call.model}</td>
        <td data-number>{usage === undefined ? UNKNOWN : usage.model}</td>
        <td />
      </tr>
      <tr>
        <th scope="row">Ended with</th>
        <td data-number>{endWords(call?.finishReason)}</td>
        <td data-number>{endWords(result.finishReason)}</td>
        <td />
      </tr>
    </FiguresTable>
  );
}

function changeWords(
  before: number | undefined,
  after: number | undefined,
  words: (value: number) => string,
): string {
  if (before === undefined || after === undefined) return "";
  if (before === after) return "none";
  return `${after > before ? "+" : "−"}${words(Math.abs(after - before))}`;
}
