import type { UsageGroup } from "convex-agent-memory";
import { plural } from "../../shell/formats.js";
import type { Dimension, Every, Measure } from "./usageView.js";

const PURPOSES: Readonly<Record<NonNullable<UsageGroup["purpose"]>, string>> = {
  answer: "Answers",
  embedding: "Indexing and search",
  tool: "Tools",
  extraction: "Finding facts",
  compaction: "Summaries",
  rerank: "Ordering what was found",
  rerun: "Calls made again",
};

export const DIMENSION_LABELS: Readonly<Record<Dimension, string>> = {
  model: "Model",
  provider: "Provider",
  purpose: "Purpose",
  agent: "Agent",
  user: "Person",
};
export const MEASURE_LABELS: Readonly<Record<Measure, string>> = {
  cost: "Cost",
  tokens: "Tokens",
  calls: "Calls",
};
export const EVERY_LABELS: Readonly<Record<Every, string>> = { hour: "Hour", day: "Day", month: "Month" };

export const purposeLabel = (purpose: NonNullable<UsageGroup["purpose"]>): string => PURPOSES[purpose];

/** A person by what their provider calls them: the memory's id has the issuer before it. */
export const personLabel = (userId: string | undefined): string =>
  userId === undefined ? "Nobody" : userId.slice(userId.lastIndexOf("|") + 1);

/**
 * Whom a name that is typed means: a whole id as it is, else that name at the issuer of the people who are known. `null`
 * where it names nobody.
 */
export function wholeUserId(typed: string, known: readonly string[]): string | null {
  const name = typed.trim();
  if (name === "" || name.startsWith("|") || name.endsWith("|")) return null;
  if (name.includes("|")) return name;
  const issuers = new Set(known.map((userId) => userId.slice(0, userId.lastIndexOf("|") + 1)));
  const [issuer] = issuers;
  return issuers.size === 1 && issuer !== undefined && issuer !== "" ? issuer + name : null;
}

/** What tells a group from the others of its dimension. */
export function groupKey(group: UsageGroup, by: Dimension): string {
  const { provider, model, purpose, agentName, userId } = group;
  const keys: Record<Dimension, string | undefined> = {
    model: `${provider ?? ""}/${model ?? ""}`,
    provider,
    purpose,
    agent: agentName,
    user: userId,
  };
  return keys[by] ?? "";
}

/** A group by its name for people. */
export function groupLabel(group: UsageGroup, by: Dimension): string {
  const { provider, model, purpose, agentName, userId } = group;
  if (by === "model")
    return `${model ?? "unknown model"} (${provider?.split(".", 1)[0] ?? "unknown provider"})`;
  if (by === "provider") return provider ?? "Unknown provider";
  if (by === "purpose") return purpose === undefined ? "Unknown purpose" : purposeLabel(purpose);
  if (by === "agent") return agentName ?? "No agent";
  return personLabel(userId);
}

/** What is not known of a cost, in words; nothing where all of it is. */
export const unknownText = (unpricedCalls: number): string | null =>
  unpricedCalls === 0 ? null : `${plural(unpricedCalls, "call")} of unknown cost`;
