import { useId, useMemo } from "react";
import classes from "./usage.module.css";

/** Colours that colour-blind people tell apart, and a pattern each for whoever does not: `none`, lines or dots. */
const STYLES = [
  { colour: "var(--series-1)", pattern: "" },
  { colour: "var(--series-2)", pattern: "M0 8 L8 0" },
  { colour: "var(--series-3)", pattern: "M0 4 H8" },
  { colour: "var(--series-4)", pattern: "M2 2 h2 v2 h-2 z" },
  { colour: "var(--series-5)", pattern: "M4 0 V8" },
  { colour: "var(--series-6)", pattern: "M0 0 L8 8 M0 8 L8 0" },
  { colour: "var(--series-others)", pattern: "M0 0 L8 8" },
] as const;

const SIZE = 8;

/** How each series is filled, by its place: the same in the bars, the legend and the table. */
export function useSeriesFills() {
  const id = useId();
  return useMemo(
    () => ({
      fillOf: (place: number) => `url(#${id}-${place % STYLES.length})`,
      colourOf: (place: number) => STYLES[place % STYLES.length]!.colour,
      definitions: (
        <svg aria-hidden width={0} height={0} className={classes["definitions"]}>
          <defs>
            {STYLES.map(({ colour, pattern }, place) => (
              <pattern
                key={colour}
                id={`${id}-${place}`}
                width={SIZE}
                height={SIZE}
                patternUnits="userSpaceOnUse"
              >
                <rect width={SIZE} height={SIZE} fill={colour} />
                <path d={pattern} className={classes["pattern"]} />
              </pattern>
            ))}
          </defs>
        </svg>
      ),
    }),
    [id],
  );
}

/** A piece of a series' filling, beside its name. */
export function Swatch({ fill }: { fill: string }) {
  return (
    <svg width={16} height={16} aria-hidden className={classes["swatch"]}>
      <rect width={16} height={16} rx={3} fill={fill} />
    </svg>
  );
}
