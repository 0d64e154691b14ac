/** Every limit with its unit and the failure it prevents. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes of one part kept in the message row; longer ones move to `payloads` so that lists stay small. */
export const INLINE_PART_MAX_BYTES = 16 * KIB;
/** Bytes of a long part that stay in the row for lists and contexts. */
export const PREVIEW_BYTES = 2 * KIB;
/** Bytes of one payload row: a document may have 1 MiB, and a UTF-8 cut needs slack. */
export const PAYLOAD_PIECE_MAX_BYTES = 512 * KIB;
/** Bytes of one message with all its payloads: a mutation may write 16 MiB, its arguments count as well. */
export const MESSAGE_MAX_BYTES = 7 * MIB;
/** Bytes of a message's parts in its row: a tool group of 65 rows is read and deleted in one transaction of 16 MiB. */
export const MESSAGE_INLINE_MAX_BYTES = 96 * KIB;
/** Bytes of all previews in one message row, so that a message of many long parts still fits its row. */
export const MESSAGE_PREVIEWS_MAX_BYTES = 24 * KIB;
/** Messages of one append: keeps one mutation far from the limits of documents and time. */
export const APPEND_MAX_MESSAGES = 200;
/** Bytes of one append over all its messages: they are hashed and written in one transaction of 16 MiB. */
export const APPEND_MAX_BYTES = 8 * MIB;
/** Stored files of one append: each is read and counted. A single message may have as many. */
export const APPEND_MAX_FILES = 512;
/** Messages of one append from which on its ids are listed in a `batches` row. */
export const BATCH_MIN_MESSAGES = 8;
/** Rows of one append, pieces of long parts among them: a transaction writes 16,000, an array has 8,192 elements. */
export const APPEND_MAX_ROWS = 4_096;
/** Bytes that one read of a payload returns at most; a client asks again for the rest. */
export const PAYLOAD_READ_MAX_BYTES = 4 * MIB;
/** Parts of one message: an array may have 8,192 elements. */
export const MESSAGE_MAX_PARTS = 512;

/** Items of a page when the caller names none, and at most. */
export const PAGE_DEFAULT_ITEMS = 20;
export const PAGE_MAX_ITEMS = 200;
/** Bytes of rows read for one page: stops a page of long rows before a transaction's 16 MiB. */
export const PAGE_MAX_BYTES = 1 * MIB;

/** Rows and bytes that one context read takes from a thread's end. */
export const CONTEXT_MAX_MESSAGES = 100;
export const CONTEXT_MAX_BYTES = 512 * KIB;
/** Tokens of history in a context when an agent names none. */
export const CONTEXT_DEFAULT_TOKENS = 32_000;

/** Characters of the last message shown in a list of threads. */
export const THREAD_PREVIEW_CHARACTERS = 80;
/** How exact a thread's last activity is, in ms: a turn that ends sooner after its begin spares a write and every list a re-read. */
export const ACTIVITY_RESOLUTION_MS = 60 * 1000;
/** Bytes of a title, and of metadata as JSON text. */
export const TITLE_MAX_BYTES = 1 * KIB;
export const METADATA_MAX_BYTES = 16 * KIB;
/** Bytes of why a run ended: it stands in the run, its stream and its message, which contexts and sweeps read. */
export const REASON_MAX_BYTES = 2 * KIB;
/** Characters of ids and names that come from the app: they are part of index keys. */
export const NAME_MAX_CHARACTERS = 512;
/** People in one thread: their list is read whole. */
export const PARTICIPANTS_MAX = 100;

/** Tool calls of one step: each reserves a place and a row. */
export const STEP_MAX_TOOL_CALLS = 64;
/** How long an in-action run may be silent before a new prompt takes the thread over, in ms (an action ends within 30 min). */
export const RUN_LEASE_MS = 35 * 60 * 1000;

/** Chunks that one read of a stream returns, unless bytes stop it first: some minutes of text, so that a late joiner asks once. */
export const STREAM_PAGE_CHUNKS = 2_048;
/** Bytes of one append to a stream. */
export const STREAM_CHUNK_MAX_BYTES = 256 * KIB;
/** How long the chunks of an ended stream are kept for late readers, in ms. */
export const STREAM_RETENTION_MS = 5 * 60 * 1000;
/** A reader's cursor is rounded down to a multiple of this, so that watchers share one cached query. */
export const STREAM_CURSOR_QUANTUM = 8;

/** How long the result of an operation is remembered, in ms. */
export const OPERATION_RETENTION_MS = 24 * 60 * 60 * 1000;
/** Expired rows that a writer of the same table purges on its way. */
export const PURGE_PER_WRITE = 8;

/** Bytes that one step of a sweep reads, and rows that it removes: far from 16 MiB and from a second of work. */
export const SWEEP_MAX_BYTES = 4 * MIB;
export const SWEEP_MAX_ROWS = 1_000;
/** Files that one step of a sweep looks at: each is a row, its bytes and a call of the storage. */
export const SWEEP_MAX_FILES = 100;
/** How often a janitor looks at what expires, in ms: one timer for all rows, however many there are. */
export const SWEEP_INTERVAL_MS = 60 * 60 * 1000;
/** How overdue a sweep must be, in ms, before the next writer takes it for lost and arms it again. */
export const SWEEP_LOST_MS = 60 * 60 * 1000;

/** Bytes of one document's text, over all its chunks: bounds the generation that a replace writes. */
export const DOCUMENT_MAX_BYTES = 32 * MIB;
/** Chunks of one write, and bytes with their vectors: a mutation's arguments may have 16 MiB. */
export const DOCUMENT_WRITE_MAX_CHUNKS = 200;
export const DOCUMENT_WRITE_MAX_BYTES = 6 * MIB;
/** Tokens of one chunk by estimate: a token may be 12 bytes, and a chunk half as long again as asked. */
export const CHUNK_MAX_TOKENS = 1_500;
/** Bytes of the text of one chunk. */
export const CHUNK_MAX_BYTES = 32 * KIB;

/** Hits that a recall returns at most, and candidates that each list gives. */
export const RECALL_MAX_HITS = 50;
export const RECALL_LIST_CANDIDATES = 100;
/** Candidates of the list by words where one or two searches make it: the ranking reads each, within a second. */
export const RECALL_LEXICAL_CANDIDATES = 200;
/** Rows that the searches of a question with a time filter read together: Convex searches scan 1,024. */
export const RECALL_SCAN_ROWS = 800;
/** Vectors that a search with a time filter gives: the most that Convex does. */
export const RECALL_VECTOR_SCAN = 256;
/** Rows read around the best candidates, and newest standing instructions: their bytes are read in every recall. */
export const RECALL_NEIGHBOUR_ROWS = 320;
export const RECALL_STANDING_ROWS = 32;
/** Turns or chunks on each side of a hit: more is a reader's work, not a search's. */
export const RECALL_MAX_NEIGHBOURS = 3;
/** Tokens of recalled text when the caller names no budget. */
export const RECALL_DEFAULT_TOKENS = 2_000;
/** Pending entries that one turn embeds on its way. */
export const RECALL_PENDING_PER_TURN = 32;
/** Bytes of a message that are indexed for recall. */
export const RECALL_TEXT_MAX_BYTES = 8 * KIB;
/** Vectors that one call stores: each is a row that is read, patched and written. */
export const RECALL_STORE_MAX_VECTORS = 128;
/** Bytes of the texts that one recall reads: messages may be long, and a query reads at most 16 MiB. */
export const RECALL_READ_MAX_BYTES = 4 * MIB;
/** Hits too long for what is left of the token budget that a recall passes over before it stops reading. */
export const RECALL_MAX_MISFITS = 8;
/** Characters of a question: more cannot matter, a search reads 16 terms. */
export const RECALL_QUERY_MAX_CHARACTERS = 32_000;
/** Dimensions that have a table; other sizes are padded with zeros to the next. */
export const VECTOR_DIMENSIONS = [256, 512, 1024, 1536, 2048, 3072, 4096] as const;

/** How long a released file waits before it is removed, in ms: a retried write may still attach it. */
export const FILE_GRACE_MS = 24 * 60 * 60 * 1000;
/** How far a newly armed sweep of files looks back for uploads that nobody registered, in ms. */
export const FILE_SWEEP_LOOK_BACK_MS = 7 * 24 * 60 * 60 * 1000;
/** Bytes of a provider's own usage record; a longer one is left out of the ledger. */
export const USAGE_RAW_MAX_BYTES = 4 * KIB;

/** Bytes of a long part of the current turn that a context shows whole, and of all of them together. */
export const CONTEXT_PART_MAX_BYTES = 64 * KIB;
export const CONTEXT_WHOLE_MAX_BYTES = 256 * KIB;
/** Bytes of chunks that are folded into the partial text of a run that died: bounds one mutation's reads. */
export const PARTIAL_MAX_BYTES = 1 * MIB;
