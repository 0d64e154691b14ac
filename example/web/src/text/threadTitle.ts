/** Characters of the first question that name a conversation. */
const TITLE_CHARACTERS = 60;

/** The name of a conversation: its title, else what was said last. */
export function titleOf({ title, preview }: { title?: string; preview?: { text: string } }): string {
  return (
    [title, preview?.text].find((text) => text !== undefined && text.trim() !== "") ?? "New conversation"
  );
}

/** A title out of the first question: its first line, cut between words. */
export function titleFrom(prompt: string): string | undefined {
  const line = prompt.trim().split("\n", 1)[0]?.trim() ?? "";
  if (line === "") return undefined;
  if (line.length <= TITLE_CHARACTERS) return line;
  const cut = [...line].slice(0, TITLE_CHARACTERS).join("");
  const space = cut.lastIndexOf(" ");
  return `${space > TITLE_CHARACTERS / 2 ? cut.slice(0, space) : cut} …`;
}
