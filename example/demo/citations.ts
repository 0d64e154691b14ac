import type { ConvexClient } from "convex/browser";
import { api } from "../convex/_generated/api.js";

/** `[document › heading]`, as the researcher is told to cite. */
const CITATION = /\[([^[\]\n]*?) › ([^[\]\n]*)\]/g;

/** The citations of an answer, each once, in the order in which they first appear. */
export function citationsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(CITATION), ([citation]) => citation))];
}

/** The citations that do not name a document that was ingested and a heading of it. */
export async function findFalseCitations(client: ConvexClient, citations: string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const citation of citations) {
    const [, key = "", heading = ""] = [...citation.matchAll(CITATION)][0] ?? [];
    const { headings } = await client.query(api.documents.listHeadings, { key });
    if (!headings.includes(heading)) wrong.push(citation);
  }
  return wrong;
}
