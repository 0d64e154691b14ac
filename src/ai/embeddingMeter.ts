import { gateway, type EmbeddingModel } from "ai";
import type { Usage } from "../client/index.js";
import { embeddingUsage } from "./usage.js";

type Model = Extract<EmbeddingModel, { specificationVersion: "v4" }>;
type Request = { texts: readonly string[]; tokens: unknown };

/** Measures the requests that one call of the SDK sends to an embedder, so that those are paid that went before one that failed. */
export class EmbeddingMeter {
  readonly #startedAt = Date.now();
  readonly #answered: Request[] = [];
  readonly #model: Model;

  constructor(given: EmbeddingModel) {
    this.#model = resolved(given);
  }

  /** The embedder, measured. */
  get model(): Model {
    const model = this.#model;
    const doEmbed = async (asked: Parameters<Model["doEmbed"]>[0]) => {
      const made = await model.doEmbed(asked);
      this.#answered.push({ texts: asked.values, tokens: made.usage?.tokens });
      return made;
    };
    return new Proxy(model, {
      get(target, key): unknown {
        if (key === "doEmbed") return doEmbed;
        const value: unknown = Reflect.get(target, key, target);
        // The boundary where a method stays its model's own, which may have private fields.
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }

  /** What was answered, as one row of the ledger; nothing where nothing was. */
  usage(): Usage | undefined {
    const texts = this.#answered.flatMap((request) => request.texts);
    if (texts.length === 0) return undefined;
    const { provider, modelId } = this.#model;
    const counts = this.#answered.map(({ tokens }) => tokens);
    const tokens = counts.every((count) => typeof count === "number")
      ? counts.reduce((sum, count) => sum + count, 0)
      : undefined;
    return embeddingUsage({ provider, modelId, texts, tokens, ms: Date.now() - this.#startedAt });
  }
}

/**
 * The embedder as the SDK would call it: a name is one of its default provider. The boundary where those of older
 * versions, which are asked and answer alike, become one of the newest.
 */
function resolved(model: EmbeddingModel): Model {
  if (typeof model !== "string") return model as Model;
  const provider = globalThis.AI_SDK_DEFAULT_PROVIDER ?? gateway;
  return (
    "embeddingModel" in provider ? provider.embeddingModel(model) : provider.textEmbeddingModel(model)
  ) as Model;
}
