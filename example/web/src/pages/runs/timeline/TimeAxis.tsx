import { formatDuration } from "../../../shell/formats.js";
import classes from "../runs.module.css";
import type { Span } from "./timeline.js";

type Labelled = Span & { label: string; color: string };

const PERCENT = 100;

/** When in the run something was at work: the same axis for every step. Words for it are beside it. */
export function TimeAxis({ whole, spans }: { whole: Required<Span>; spans: readonly Labelled[] }) {
  const length = whole.to - whole.from;
  const share = (at: number): number => Math.min(1, Math.max(0, (at - whole.from) / length)) * PERCENT;
  return (
    <div
      className={classes.axis}
      role="img"
      aria-label={spans.map((span) => inWords(span, whole)).join("; ")}
    >
      {spans.map(({ from, to = whole.to, label, color }, index) => (
        <span
          key={index}
          title={`${label}: ${formatDuration(Math.max(0, to - from))}`}
          style={{
            insetInlineStart: `${share(from)}%`,
            width: `${Math.max(0, share(to) - share(from))}%`,
            ["--bar" as string]: color,
          }}
        />
      ))}
    </div>
  );
}

const inWords = ({ from, to, label }: Labelled, whole: Required<Span>): string =>
  `${label} from ${formatDuration(Math.max(0, from - whole.from))} to ${to === undefined ? "now" : formatDuration(Math.max(0, to - whole.from))}`;
