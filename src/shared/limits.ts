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
export const CONTEXT_MAX_MESSAGES = 400;
export const CONTEXT_MAX_BYTES = 512 * KIB;
/** Tokens of a context when an agent names none. */
export const CONTEXT_DEFAULT_TOKENS = 32_000;

/** Characters of the last message shown in a list of threads. */
export const THREAD_PREVIEW_CHARACTERS = 80;
/** Threads that one search shows when the caller names no number, and at most. */
export const THREAD_SEARCH_DEFAULT_HITS = 20;
export const THREAD_SEARCH_MAX_HITS = 50;
/** Messages that one search of threads looks at, the best of all: it is asked again with every letter typed. */
export const THREAD_SEARCH_MESSAGES = 64;
/** Characters of a message that a search shows around the word it found. */
export const SEARCH_SNIPPET_CHARACTERS = 160;
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
export const RECALL_SCAN_ROWS = 600;
/** Rows of the asked times that are read one by one, in all searches together; where there are more they are searched. */
export const RECALL_TIMES_ROWS = 400;
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
/** Bytes of a file that people upload unless the app says otherwise: what models take of one file. */
export const UPLOAD_MAX_BYTES = 20 * MIB;
/** Bytes of a provider's own usage record; a longer one is left out of the ledger. */
export const USAGE_RAW_MAX_BYTES = 4 * KIB;

/** Bytes of a long part of the current turn that a context shows whole, and of all of them together. */
export const CONTEXT_PART_MAX_BYTES = 64 * KIB;
export const CONTEXT_WHOLE_MAX_BYTES = 256 * KIB;
/** Bytes of chunks that are folded into the partial text of a run that died: bounds one mutation's reads. */
export const PARTIAL_MAX_BYTES = 1 * MIB;

/** Keys of one document's metadata that can be filtered by: each is a row, written in the transaction that shows it. */
export const DOCUMENT_MAX_TAGS = 64;
/** Characters of a key and of a text that can be filtered by: they are part of an index key. */
export const TAG_KEY_MAX_CHARACTERS = 128;
export const TAG_VALUE_MAX_CHARACTERS = 256;
/** Keys of one filter: each is looked up for each document. */
export const FILTER_MAX_KEYS = 8;
/** Documents that a filter is resolved to; with more, hits are filtered instead. A vector search takes 64 terms. */
export const FILTER_MAX_DOCUMENTS = 60;
/** Documents that are searched by words one by one: each is a search of its own. */
export const FILTER_MAX_TEXT_SEARCHES = 8;
/** Entries of one scope that searches by words take where there is a filter; Convex looks at 1,024 at most. */
export const FILTER_OVER_FETCH = 400;
/** Looks into the index of tags that one call spends on what several tags share. */
export const FILTER_MAX_SEEKS = 256;
/** Chunks that one call reads around, and neighbours on each side: together 176 chunks of 32 KiB. */
export const READ_AROUND_MAX_CHUNKS = 16;
export const READ_AROUND_MAX_NEIGHBOURS = 5;
/** Chunks whose entries a change of importance reaches in its own transaction; a sweep does the rest. */
export const IMPORTANCE_CHUNKS_PER_WRITE = 100;
/** How long the writer of a document may be silent before the write counts as abandoned, in ms (an action ends within 30 min). */
export const DRAFT_SILENT_MS = 35 * 60 * 1000;
/** How long a failed or abandoned write is kept after its last page, to be seen and taken up again, in ms. */
export const DRAFT_RETENTION_MS = 24 * 60 * 60 * 1000;
/** Drafts that one page of their sweep looks at, and the least time between two pages that found all done, in ms. */
export const SWEEP_MAX_DRAFTS = 50;
export const DRAFT_SWEEP_SPACING_MS = 5 * 60 * 1000;
/** Entries that the worker embeds at a time: one call of an embedding model. */
export const EMBEDDING_PAGE_ENTRIES = 64;
/** Entries that one page of a build looks at, most of which may have their vector. */
export const EMBEDDING_LOOK_ENTRIES = 256;
/** How often an embedder may refuse a text before it is given up: the text is found by words alone then. */
export const EMBEDDING_MAX_REFUSALS = 3;
/** Calls of an embedding model that one page may take while it looks for the texts that are refused. */
export const EMBEDDING_MAX_CALLS = 24;
/** Calls of an embedding model at once, where it supports several: more would only meet its rate limit. */
export const EMBEDDING_PARALLEL_CALLS = 4;
/** Texts that one look-up of known vectors takes. */
export const EMBEDDING_LOOKUP_TEXTS = 128;
/** Bytes that a transaction reads, vectors of other embedders among them, before it looks no text up any more. */
export const EMBEDDING_READ_MAX_BYTES = 6 * MIB;
/** Entries of one text that are looked at for a vector: those of other embedders are in the way during a re-embedding. */
export const EMBEDDING_LENDERS = 4;
/** Questions whose vectors are kept: at most 32 KiB each. */
export const QUERY_VECTOR_BUCKETS = 1_024;
/** How long the vector of a question is kept, in ms. */
export const QUERY_VECTOR_RETENTION_MS = 24 * 60 * 60 * 1000;
/** How long a transaction may take between creating an entry and committing it, in ms: a build looks so far back. */
export const EMBEDDING_SETTLE_MS = 60 * 1000;
/** How long the worker goes on in one action, in ms (an action ends within 10 min), and its lease beyond that. */
export const WORKER_MAX_MS = 4 * 60 * 1000;
export const WORKER_GRACE_MS = 60 * 1000;
/** Facts of one append, and of one chain that supersedes: each is a few reads and writes of one transaction. */
export const FACTS_PER_APPEND = 50;
/** Bytes of the text of one fact: longer texts are documents. */
export const FACT_MAX_BYTES = 4 * KIB;
/** Sources of one fact: each is a row, and they stand in the fact as well. */
export const FACT_MAX_SOURCES = 16;
/** Facts that rest on one message: an edit of it looks at each of them in its own transaction. */
export const FACTS_PER_MESSAGE = 64;
/** Facts that the removal of messages follows at once; a sweep does the rest. */
export const FACTS_FOLLOWED_PER_WRITE = 128;
/** How long the sweep of expired facts sleeps at most, in ms: timers of many runtimes hold 24 days, then fire at once. */
export const FACT_SWEEP_MAX_SLEEP_MS = 7 * 24 * 60 * 60 * 1000;
/** Facts of a chain that its history shows in either direction. */
export const FACT_HISTORY_MAX = 100;
/** How exactly it is kept when a fact was last shown, in ms: contexts write it once a day at most. */
export const RECALLED_RESOLUTION_MS = 24 * 60 * 60 * 1000;
/** How long a fact is not shown before health calls it stale, in ms, when no time is named. */
export const FACT_STALE_MS = 90 * 24 * 60 * 60 * 1000;
/** Rows that health counts of each kind before it says "at least", and bytes of them. */
export const HEALTH_MAX_ROWS = 200;
/** Messages that one call of an extraction shows its model, and bytes of their texts. */
export const EXTRACTION_MAX_MESSAGES = 40;
export const EXTRACTION_MAX_BYTES = 48 * KIB;
/** Rows that one read of an extraction passes, tool results among them: each may have 96 KiB. */
export const EXTRACTION_MAX_ROWS = 100;
/** Facts that one call of an extraction may find; what is beyond is dropped with a warning. */
export const EXTRACTION_MAX_FACTS = 25;
/** Known facts that a model is shown beside what it reads, so that it says what they are replaced by. */
export const EXTRACTION_MAX_KNOWN = 24;
/** Blocks of one scope: contexts read all of them. */
export const BLOCKS_PER_SCOPE = 32;
/** Tokens of a block when its limit is not told, and the highest limit: blocks are in every context. */
export const BLOCK_DEFAULT_TOKENS = 500;
export const BLOCK_MAX_TOKENS = 4_000;
/** Bytes of what a block is for: it stands in every context as well. */
export const BLOCK_DESCRIPTION_MAX_BYTES = 1 * KIB;
/** Values of a block that are kept, the one that stands among them. */
export const BLOCK_VERSIONS_KEPT = 50;
/** Tool uses at a thread's end whose outputs are never pruned, unless an agent says otherwise. */
export const PRUNING_KEEP_TOOL_USES = 3;
/** Bytes of an output below which a placeholder saves nothing; no placeholder is longer, so none is replaced again. */
export const PRUNING_MIN_OUTPUT_BYTES = 512;
/** Bytes of a removed output that a tool reads again at once: more would only fill the context anew. */
export const READ_OUTPUT_MAX_BYTES = 16 * KIB;
/** Share of the span that a summary replaces, and the least and most tokens that it may take. */
export const SUMMARY_SHARE = 0.2;
export const SUMMARY_MIN_TOKENS = 400;
export const SUMMARY_MAX_TOKENS = 4_000;
/** In the smallest of contexts: a summary without a line would say nothing of what it replaces. */
export const SUMMARY_LEAST_TOKENS = 60;
/** Bytes of one summary: it is read with every context, and 64 of them in one transaction. */
export const SUMMARY_MAX_BYTES = 32 * KIB;
/** Summaries kept of one thread; older ones go: they serve only to fall back when an old message is erased. */
export const SUMMARIES_PER_THREAD = 64;
/** Tokens of history that one summary reads: bounds a call of a model and the memory of an action. */
export const COMPACTION_SPAN_MAX_TOKENS = 48_000;
/** Summaries that one call of a worker writes for a thread before it comes again. */
export const COMPACTIONS_PER_CALL = 8;
/** Shares of a context's tokens that blocks and the summary may take when an agent names no caps. */
export const CONTEXT_BLOCKS_SHARE = 0.1;
/** Twice what a summary is written to: what the provider counts for it may grow, and other agents write longer ones. */
export const CONTEXT_SUMMARY_SHARE = 0.5;
/** Recalled text at most, as a share and in tokens, when an agent names no cap. */
export const CONTEXT_RECALL_SHARE = 0.1;
export const CONTEXT_RECALL_MAX_TOKENS = 4_000;
/** How far a provider's count may be from our estimate to be believed, and what of it is used: short calls are noisy. */
export const TOKEN_FACTOR_BELIEVED = { min: 0.1, max: 20 } as const;
export const TOKEN_FACTOR_USED = { min: 0.5, max: 4 } as const;
/** Bytes of a trace as JSON text: it is one row. */
export const TRACE_MAX_BYTES = 64 * KIB;
/** Texts kept with one call of a model, and bytes of all of them: they are written in the mutation that saves it. */
export const TRACE_MAX_TEXTS = 128;
/** Messages, facts and chunks that those texts are made of, together: each is a row, so that the text goes with it. */
export const TRACE_MAX_SOURCES = 1_024;
export const TRACE_TEXTS_MAX_BYTES = 4 * MIB;
/** Bytes of a kept text that stay in its short row; a longer one lies beside it, so that finding it reads little. */
export const CONTEXT_TEXT_INLINE_BYTES = 1 * KIB;
/** Instructions kept for one agent of a tenant: the oldest go, so that instructions made anew each call do not pile up. */
export const AGENT_TEXTS_MAX = 64;
/** Kept texts of one forgotten source that its removal deletes at once; a sweep takes the rest. */
export const FORGET_AT_ONCE = 16;
