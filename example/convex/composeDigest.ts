/** The sections of a summary that a reader wants of a day: what was asked, what came of it, what is open. */
const SHOWN_SECTIONS = ["Goals", "Decisions", "Current state and next step"];
/** Lines of each section, the newest; characters of one digest. */
const LINES_PER_SECTION = 3;
const DIGEST_MAX_CHARACTERS = 6_000;

/** A digest of summaries, one of each thread: their own lines, so that nothing is in it that they did not say. */
export function composeDigest(summaries: readonly string[]): string {
  const threads = summaries.map((text) => linesToShow(text).join("\n")).filter((text) => text !== "");
  let digest = "";
  for (const thread of threads) {
    const longer = digest === "" ? thread : `${digest}\n\n${thread}`;
    if (longer.length > DIGEST_MAX_CHARACTERS) break;
    digest = longer;
  }
  return digest;
}

/** The lines of the sections to show; of a summary without such sections, its first ones. */
function linesToShow(summary: string): string[] {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const row of summary.split("\n")) {
    const heading = /^#+\s+(.*)$/.exec(row)?.[1];
    if (heading !== undefined) sections.set(heading, (lines = []));
    else if (row.trim() !== "") lines.push(`- ${row.replace(/^\s*[-*]\s+/, "").trim()}`);
    if (sections.size === 0) sections.set("", lines);
  }
  const shown = SHOWN_SECTIONS.flatMap((title) => (sections.get(title) ?? []).slice(-LINES_PER_SECTION));
  return shown.length > 0 ? shown : [...sections.values()].flat().slice(0, LINES_PER_SECTION);
}
