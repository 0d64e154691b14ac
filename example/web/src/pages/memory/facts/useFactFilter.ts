import { useSearchParams } from "react-router";
import { STATUSES, type FactStatus } from "./factWords.js";

export type StatusChoice = FactStatus | "any";

/** Which facts are listed and which is open, by the page's address. */
export type FactFilter = {
  status: StatusChoice;
  key: string | null;
  openId: string | null;
  /** Changes some of it; null takes it away. */
  set: (changes: Partial<Record<"status" | "key" | "fact", string | null>>) => void;
};

/** Active facts of every key where the address names nothing. */
export function useFactFilter(): FactFilter {
  const [search, setSearch] = useSearchParams();
  const named = search.get("status");
  const status = named === "any" ? named : (STATUSES.find((one) => one === named) ?? "active");
  const set: FactFilter["set"] = (changes) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      for (const [name, value] of Object.entries(changes))
        if (value === null) after.delete(name);
        else after.set(name, value);
      return after;
    });
  return { status, key: search.get("key"), openId: search.get("fact"), set };
}
