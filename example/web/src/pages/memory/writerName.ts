/**
 * Who wrote something, as people call them: a user's id is `issuer|subject`, an agent's name has no such bar, and what
 * nobody wrote was the app itself.
 */
export function writerName(writer: string | undefined, subject: string | undefined): string {
  if (writer === undefined) return "The app";
  if (!writer.includes("|")) return `The agent ${writer}`;
  return subject !== undefined && writer.endsWith(`|${subject}`) ? "You" : "Someone else";
}
