import { hashText } from "./canonicalJson.js";
import { QUERY_VECTOR_BUCKETS, RECALL_TEXT_MAX_BYTES } from "./limits.js";
import { cutToBytes } from "./utf8.js";

/** 128 of the 256 bits of SHA-256, as hex: two texts that share them are not found by chance or in any useful time. */
const HASH_DIGITS = 32;
/** Digits of a hash that choose its bucket: more than enough for `QUERY_VECTOR_BUCKETS`. */
const BUCKET_DIGITS = 8;

/** What is embedded of a message, a fact or a question: models refuse long texts. */
export const plainToEmbed = (text: string): string => cutToBytes(text, RECALL_TEXT_MAX_BYTES);

/** What is embedded of a chunk: its headings tell what the passage is about. */
export const chunkToEmbed = ({ heading, text }: { heading: string; text: string }): string =>
  heading === "" ? text : `${heading}\n\n${text}`;

/** The hash by which the vector of a text is found again. */
export const embeddedTextHash = async (text: string): Promise<string> =>
  (await hashText(text)).slice(0, HASH_DIGITS);

/** True for what `embeddedTextHash` gives. */
export const isTextHash = (hash: string): boolean => /^[0-9a-f]{32}$/.test(hash);

/** The place of a hash among `QUERY_VECTOR_BUCKETS`. */
export const bucketOf = (textHash: string): number =>
  Number.parseInt(textHash.slice(0, BUCKET_DIGITS), 16) % QUERY_VECTOR_BUCKETS;
