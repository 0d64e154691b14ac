import type { ActionCtx, BoundMemory } from "../client/index.js";
import { decodeBase64 } from "../parts/base64.js";
import type { EncodeOptions } from "../parts/codec.js";
import type { InlineFile } from "../parts/fileData.js";
import { describeError } from "./errors.js";

/**
 * Stores the files whose bytes stand in what is encoded, each once, before the message that names them is written. A
 * file that cannot be stored becomes a text in the message, and a warning here: it must not cost the answer.
 */
export class FileKeeper {
  /** Which files were not kept, and why. */
  readonly warnings: string[] = [];
  readonly #kept = new Map<InlineFile["data"], string | undefined>();

  constructor(
    private readonly ctx: ActionCtx,
    private readonly memory: BoundMemory,
  ) {}

  /** What `encode` makes of content once its files are stored. It is called twice: first to find them. */
  async encode<Result>(encode: (options: EncodeOptions) => Result): Promise<Result> {
    const found: InlineFile[] = [];
    encode({ storeFile: (file) => void found.push(file) });
    for (const file of found)
      if (!this.#kept.has(file.data)) this.#kept.set(file.data, await this.#store(file));
    return encode({ storeFile: ({ data }) => this.#kept.get(data) });
  }

  async #store({ data, mediaType, name }: InlineFile): Promise<string | undefined> {
    try {
      const bytes = typeof data === "string" ? decodeBase64(data) : new Uint8Array(data);
      const named = { mediaType, ...(name === undefined ? {} : { name }) };
      const { fileId } = await this.memory.files.store(this.ctx, { bytes: bytes.buffer, ...named });
      return fileId;
    } catch (error) {
      this.warnings.push(`The file ${name ?? mediaType} was not kept: ${describeError(error)}`);
      return undefined;
    }
  }
}
