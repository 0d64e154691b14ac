import { useSearchParams } from "react-router";
import { STATUSES, type FactStatus } from "./factWords.js";

export type StatusChoice = FactStatus | "any";

/** Which facts are listed and which is open, by the page's address. */
export type FactFilter = {
  status: StatusChoice;
  key: string | null;
  openId: string | null;
  /** Changes some of it; null takes it away. */
  set: (changes: Changes) => void;
  /** Where a fact is open beside the same list. */
  addressOf: (factId: string) => string;
};

type Changes = Partial<Record<"status" | "key" | "fact", string | null>>;

/** Active facts of every key where the address names nothing. */
export function useFactFilter(): FactFilter {
  const [search, setSearch] = useSearchParams();
  const named = search.get("status");
  const status = named === "any" ? named : (STATUSES.find((one) => one === named) ?? "active");
  return {
    status,
    key: search.get("key"),
    openId: search.get("fact"),
    set: (changes) => setSearch((before) => withChanges(before, changes)),
    addressOf: (factId) => `?${withChanges(search, { fact: factId })}`,
  };
}

function withChanges(before: URLSearchParams, changes: Changes): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes))
    if (value === null) after.delete(name);
    else after.set(name, value);
  return after;
}
