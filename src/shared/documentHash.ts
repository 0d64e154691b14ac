import { canonicalJson, hashText } from "./canonicalJson.js";

/**
 * The hash of a document as a whole: of its content's hash, its metadata and its importance. What differs in the
 * latter two alone has the chunks and vectors that it needs already.
 */
export async function documentHash(document: {
  contentHash: string;
  metadata?: string;
  importance?: number;
}): Promise<string> {
  const { contentHash, metadata, importance } = document;
  return await hashText(canonicalJson({ contentHash, metadata, importance }));
}
