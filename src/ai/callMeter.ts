import { APICallError } from "ai";
import type { Usage } from "../client/index.js";
import { quartersToTokens, tokenQuarters } from "../shared/tokens.js";
import { requestTokens } from "./requestTokens.js";
import type { CallOptions, Content, Generated, LanguageModelV4, Streamed, StreamPart } from "./sdkModel.js";
import { answerUsage } from "./usage.js";

type Named = Pick<LanguageModelV4, "provider" | "modelId">;

/**
 * Measures every request that one call of the SDK sends to a model, so that none that was paid for is lost: those that
 * the SDK tried again, that broke off, and that were answered with what nobody can read.
 */
export class CallMeter {
  readonly #attempts: CallAttempt[] = [];

  /** A whole answer, measured. Its usage is sound when the SDK reads it. */
  async generated(model: Named, asked: CallOptions, call: () => PromiseLike<Generated>): Promise<Generated> {
    const attempt = this.#begin(model, asked);
    try {
      const answer = await call();
      answer.content.forEach((part) => attempt.hear(part));
      attempt.finish(answer.usage, answer.finishReason);
      return { ...answer, usage: attempt.soundUsage() };
    } catch (error) {
      attempt.fail(error);
      throw error;
    }
  }

  /** A stream, measured as it is read. */
  async streamed(model: Named, asked: CallOptions, call: () => PromiseLike<Streamed>): Promise<Streamed> {
    const attempt = this.#begin(model, asked);
    try {
      const streamed = await call();
      return { ...streamed, stream: heardBy(attempt, streamed.stream) };
    } catch (error) {
      attempt.fail(error);
      throw error;
    }
  }

  /** What the answer used, once there is one: that of the last request. */
  answer(): Usage | undefined {
    const last = this.#attempts.at(-1);
    return last?.isFinished === true ? last.usage() : undefined;
  }

  /** What was spent besides the answer: by requests that failed. */
  wasted(): Usage[] {
    const last = this.#attempts.at(-1);
    return spentBy(this.#attempts.filter((attempt) => attempt !== last || !attempt.isFinished));
  }

  /** What was spent by all of them, where nothing came of it. */
  spent(): Usage[] {
    return spentBy(this.#attempts);
  }

  #begin(model: Named, asked: CallOptions): CallAttempt {
    const attempt = new CallAttempt(model, asked);
    this.#attempts.push(attempt);
    return attempt;
  }
}

const spentBy = (attempts: readonly CallAttempt[]): Usage[] =>
  attempts.filter((attempt) => attempt.hasSpent()).map((attempt) => ({ ...attempt.usage(), isFailed: true }));

/** One request to a model. */
class CallAttempt {
  readonly #startedAt = Date.now();
  readonly #isSent: boolean;
  #endedAt: number | undefined;
  #quarters = 0;
  #hasOutput = false;
  #given: unknown;
  #finishReason: string | undefined;
  #failure: { error: unknown } | undefined;
  /** Inputs of tools that were streamed before they came whole. */
  readonly #streamedInputs = new Set<string>();
  /** Made once, so that the same call is the same usage however often it is told. */
  #usage: Usage | undefined;

  constructor(
    private readonly model: Named,
    private readonly asked: CallOptions,
  ) {
    this.#isSent = asked.abortSignal?.aborted !== true;
  }

  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  hear(part: Content | StreamPart): void {
    switch (part.type) {
      case "file":
      case "reasoning-file":
      case "custom":
        this.#hasOutput = true;
        return;
      case "finish":
        return this.finish(part.usage, part.finishReason);
      case "error":
        return this.fail(part.error);
      default:
        return this.#said(this.#wordsIn(part));
    }
  }

  /** What of a part the model has written; the input of a call that was streamed is not counted twice. */
  #wordsIn(part: Content | StreamPart): unknown {
    switch (part.type) {
      case "text":
      case "reasoning":
        return part.text;
      case "text-delta":
      case "reasoning-delta":
        return part.delta;
      case "tool-input-delta":
        this.#streamedInputs.add(part.id);
        return part.delta;
      case "tool-call":
        return this.#streamedInputs.has(part.toolCallId) ? "" : part.input;
      default:
        return "";
    }
  }

  finish(usage: unknown, finishReason: Generated["finishReason"] | undefined): void {
    if (this.#endedAt !== undefined) return;
    this.#endedAt = Date.now();
    this.#given = usage;
    this.#finishReason = finishReason?.unified ?? "other";
  }

  fail(error: unknown): void {
    if (this.#endedAt !== undefined) return;
    this.#endedAt = Date.now();
    this.#failure = { error };
  }

  /**
   * A request that was refused spent nothing, and neither did one that never reached its provider. Everything else did,
   * as far as anybody can tell: one that we broke off was sent.
   */
  hasSpent(): boolean {
    if (this.isFinished || this.#hasOutput) return true;
    if (this.#failure === undefined || this.asked.abortSignal?.aborted === true) return this.#isSent;
    return isUnreadableAnswer(this.#failure.error);
  }

  usage(): Usage {
    return (this.#usage ??= answerUsage({
      provider: this.model.provider,
      modelId: this.model.modelId,
      usage: this.#given ?? bodyOf(this.#failure?.error),
      estimate: { inputTokens: requestTokens(this.asked), outputTokens: quartersToTokens(this.#quarters) },
      ms: (this.#endedAt ?? Date.now()) - this.#startedAt,
      finishReason: this.#finishReason ?? this.#howItFailed(),
    }));
  }

  #howItFailed(): string {
    const isOurs = this.#failure === undefined || this.asked.abortSignal?.aborted === true;
    return isOurs ? "aborted" : "error";
  }

  /** The usage as the SDK takes it: it reads it without looking. */
  soundUsage(): Generated["usage"] {
    const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = this.usage();
    const given = this.#given;
    const raw = typeof given === "object" && given !== null && "raw" in given ? { raw: given.raw } : {};
    const apart = (cachedInputTokens ?? 0) + (cacheWriteTokens ?? 0);
    return {
      inputTokens: {
        total: inputTokens,
        noCache: inputTokens - apart,
        cacheRead: cachedInputTokens,
        cacheWrite: cacheWriteTokens,
      },
      outputTokens: {
        total: outputTokens,
        text: outputTokens - (reasoningTokens ?? 0),
        reasoning: reasoningTokens,
      },
      ...(raw as Pick<Generated["usage"], "raw">), // handed on unread
    };
  }

  #said(text: unknown): void {
    if (typeof text !== "string" || text === "") return;
    this.#hasOutput = true;
    this.#quarters += tokenQuarters(text);
  }
}

/** Errors of the SDK that tell that an answer came which nobody can read. */
const UNREADABLE = new Set(["AI_InvalidResponseDataError", "AI_JSONParseError", "AI_TypeValidationError"]);

function isUnreadableAnswer(error: unknown): boolean {
  if (APICallError.isInstance(error)) return isSuccess(error.statusCode);
  return error instanceof Error && UNREADABLE.has(error.name);
}

const isSuccess = (statusCode = 0): boolean => statusCode >= 200 && statusCode < 300;

/** The usage in an answer that could not be read as a whole, where that much of it can be. */
function bodyOf(error: unknown): unknown {
  if (!APICallError.isInstance(error) || !isSuccess(error.statusCode)) return undefined;
  try {
    const body: unknown = JSON.parse(error.responseBody ?? "");
    if (typeof body !== "object" || body === null) return undefined;
    return "usage" in body ? body.usage : "usageMetadata" in body ? body.usageMetadata : undefined;
  } catch {
    return undefined;
  }
}

/** The stream, with its usage sound, and each part heard before anybody reads it. */
function heardBy(attempt: CallAttempt, stream: Streamed["stream"]): Streamed["stream"] {
  const reader = stream.getReader();
  return new ReadableStream<StreamPart>({
    pull: async (controller) => {
      const next = await reader.read().catch((error: unknown) => {
        attempt.fail(error);
        throw error;
      });
      if (next.done) return controller.close();
      const { value } = next;
      attempt.hear(value);
      controller.enqueue(value.type === "finish" ? { ...value, usage: attempt.soundUsage() } : value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
