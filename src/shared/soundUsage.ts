import type { Usage } from "../validators/usage.js";
import { CALL_MAX_TOKENS } from "./ledgerLimits.js";

/** Counts as somebody gave them: any may be missing, or be no count at all. */
export type GivenCounts = Partial<
  Record<
    "input" | "noCache" | "cacheRead" | "cacheWrite" | "output" | "text" | "reasoning" | "total",
    unknown
  >
>;

/** What stands in for a count that was not given. */
export type CountEstimate = Pick<Usage, "inputTokens" | "outputTokens">;

export type SoundCounts = CountEstimate &
  Pick<Usage, "cachedInputTokens" | "cacheWriteTokens" | "reasoningTokens" | "isEstimated">;

/**
 * Counts that can be added up, whatever was given. A count is a number from 0 to `CALL_MAX_TOKENS`; one with a fraction
 * is rounded. What is missing, or is 0 although there was a text, is taken from its parts, then from the total, then
 * from the estimate. Parts that are more than their whole were counted apart from it, and are added to it. Whatever is
 * not as it was given is marked with `isEstimated`.
 */
export function soundCounts(given: GivenCounts, estimate: CountEstimate): SoundCounts {
  const read = new CountReader(given);
  const parts = {
    cachedInputTokens: read.part("cacheRead"),
    cacheWriteTokens: read.part("cacheWrite"),
    reasoningTokens: read.part("reasoning"),
  };
  const cached = parts.cachedInputTokens + parts.cacheWriteTokens;
  const inputs = read.whole("input", "noCache", cached);
  const outputs = read.whole("output", "text", parts.reasoningTokens);
  const { input, output, isGuessed } = completed(
    { input: orMissing(inputs, estimate.inputTokens), output: orMissing(outputs, estimate.outputTokens) },
    read.count("total"),
    estimate,
  );
  const isApart = cached > input || parts.reasoningTokens > output;
  return {
    inputTokens: cached > input ? input + cached : input,
    outputTokens: parts.reasoningTokens > output ? output + parts.reasoningTokens : output,
    ...Object.fromEntries(Object.entries(parts).filter(([, count]) => count > 0)),
    ...(isGuessed || isApart || read.isUnsound ? { isEstimated: true } : {}),
  };
}

/** Reads counts, and remembers whether one of those that it was asked for was not sound. */
class CountReader {
  isUnsound = false;

  constructor(private readonly given: GivenCounts) {}

  count(name: keyof GivenCounts): number | undefined {
    const value = this.given[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "number" && value >= 0 && value <= CALL_MAX_TOKENS) {
      this.isUnsound ||= !Number.isInteger(value);
      return Math.round(value) + 0; // no -0
    }
    this.isUnsound = true;
    return undefined;
  }

  /** A part, 0 where it was not given. */
  part(name: keyof GivenCounts): number {
    return this.count(name) ?? 0;
  }

  /** A whole, or the sum of its parts where only they were given. */
  whole(name: keyof GivenCounts, rest: keyof GivenCounts, part: number): number | undefined {
    const whole = this.count(name);
    if (whole !== undefined) return whole;
    const other = this.count(rest);
    return other === undefined ? undefined : other + part;
  }
}

/** Nothing was counted although there was something to count. */
const orMissing = (count: number | undefined, estimated: number): number | undefined =>
  count === 0 && estimated > 0 ? undefined : count;

type Counts = { input: number | undefined; output: number | undefined };

function completed(
  { input, output }: Counts,
  total: number | undefined,
  estimate: CountEstimate,
): { input: number; output: number; isGuessed: boolean } {
  if (input !== undefined && output !== undefined) return { input, output, isGuessed: false };
  const { inputTokens, outputTokens } = estimate;
  if (total !== undefined && total > (input ?? 0) + (output ?? 0)) {
    if (output !== undefined) return { input: total - output, output, isGuessed: false };
    if (input !== undefined) return { input, output: total - input, isGuessed: false };
    const said = Math.min(outputTokens, total);
    return { input: total - said, output: said, isGuessed: true };
  }
  return { input: input ?? inputTokens, output: output ?? outputTokens, isGuessed: true };
}

/**
 * The counts in a record of usage: as models of the AI SDK give them now or gave them before, or as the services
 * themselves do.
 */
export function countsIn(usage: unknown): GivenCounts {
  const [input, output] = [field(usage, "inputTokens"), field(usage, "outputTokens")];
  if (input === undefined && output === undefined) return countsOfService(field(usage, "raw") ?? usage);
  const raw = field(usage, "raw") ?? usage;
  return {
    input: isObject(input) ? field(input, "total") : (input ?? first(usage, INPUT_NAMES)),
    noCache: field(input, "noCache"),
    cacheRead: field(input, "cacheRead") ?? field(usage, "cachedInputTokens"),
    cacheWrite: field(input, "cacheWrite"),
    output: isObject(output) ? field(output, "total") : (output ?? first(usage, OUTPUT_NAMES)),
    text: field(output, "text"),
    reasoning: field(output, "reasoning") ?? field(usage, "reasoningTokens"),
    total: field(usage, "totalTokens") ?? first(raw, TOTAL_NAMES),
  };
}

const INPUT_NAMES = ["prompt_tokens", "input_tokens", "promptTokenCount"];
const OUTPUT_NAMES = ["completion_tokens", "output_tokens", "candidatesTokenCount"];
const TOTAL_NAMES = ["totalTokens", "total_tokens", "totalTokenCount"];

/** As OpenAI, Anthropic and Google count, and those that are like them. Some count a part beside its whole. */
function countsOfService(usage: unknown): GivenCounts {
  const details = first(usage, ["prompt_tokens_details", "input_tokens_details"]);
  const outputDetails = first(usage, ["completion_tokens_details", "output_tokens_details"]);
  const [written, thoughts] = [
    field(usage, "cache_creation_input_tokens"),
    field(usage, "thoughtsTokenCount"),
  ];
  const readBeside = field(usage, "cache_read_input_tokens");
  const [input, output] = [first(usage, INPUT_NAMES), first(usage, OUTPUT_NAMES)];
  return {
    ...(isNumber(written) || isNumber(readBeside) ? { noCache: input } : { input }),
    ...(isNumber(thoughts) ? { text: output } : { output }),
    cacheRead: readBeside ?? field(usage, "cachedContentTokenCount") ?? field(details, "cached_tokens"),
    cacheWrite: written ?? field(details, "cache_write_tokens"),
    reasoning: thoughts ?? first(outputDetails, ["reasoning_tokens", "thinking_tokens"]),
    total: first(usage, TOTAL_NAMES),
  };
}

const first = (record: unknown, names: readonly string[]): unknown =>
  names.map((name) => field(record, name)).find((value) => value !== undefined);

const isNumber = (value: unknown): value is number => typeof value === "number";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** A field of what may be anything. */
const field = (value: unknown, name: string): unknown =>
  isObject(value) ? (Reflect.get(value, name) as unknown) : undefined;
