import type { ConvexClient } from "convex/browser";
import { api } from "../convex/_generated/api.js";

/** `[document › heading]`, as the researcher is told to cite. */
const CITATION = /\[([^[\]\n]*?) › ([^[\]\n]*)\]/g;

/** `[fact]`, `[fact home.city]`, `[message 0.1]`, `[block profile]`: what an answer has from memory, not from documents. */
const MEMORY_CITATION = /\[(?:fact|message|block)(?: [^[\]\n›]*)?\]/g;

/** The citations of documents in an answer, each once, in the order in which they first appear. */
export function citationsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(CITATION), ([citation]) => citation))];
}

/** The citations of memory in an answer, each once. */
export function memoryCitationsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(MEMORY_CITATION), ([citation]) => citation))];
}

/** The citations that do not name a document that was ingested and a heading of it. */
export async function findFalseCitations(client: ConvexClient, citations: string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const citation of citations) {
    const [, key = "", heading = ""] = [...citation.matchAll(CITATION)][0] ?? [];
    const { headings } = await client.query(api.documents.documentOutline, { scope: "tenant", key });
    if (!headings.includes(heading)) wrong.push(citation);
  }
  return wrong;
}
