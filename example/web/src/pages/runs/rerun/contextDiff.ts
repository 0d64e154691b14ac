import { itemKey, type Item, type Section } from "../context/sections.js";

/** One section in two contexts. */
export type SectionChange = {
  section: string;
  before: number;
  after: number;
  removed: Item[];
  added: Item[];
};

/** How two contexts differ, section by section; those that both leave empty are left out. */
export function diffSections(before: readonly Section[], after: readonly Section[]): SectionChange[] {
  const names = [...new Set([...before, ...after].map(({ section }) => section))];
  return names.flatMap((name) => {
    const [one, other] = [before, after].map((sections) => sections.find(({ section }) => section === name));
    const [items, others] = [one?.items ?? [], other?.items ?? []];
    const [had, has] = [items, others].map((list) => new Set(list.map(itemKey)));
    const change = {
      section: name,
      before: one?.tokens ?? 0,
      after: other?.tokens ?? 0,
      removed: items.filter((item) => has?.has(itemKey(item)) !== true),
      added: others.filter((item) => had?.has(itemKey(item)) !== true),
    };
    return change.before === 0 && change.after === 0 && items.length === 0 ? [] : [change];
  });
}
