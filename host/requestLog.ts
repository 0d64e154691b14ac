// Answers to clients' mutations, kept so that a resend is answered and not applied again.
import { convexToJson, jsonToConvex, type JSONValue, type Value } from "convex/values";
import { withCommitTs } from "./documents.js";
import type { RequestKey } from "./execution.js";
import { encodeTimestamp, type FunctionFailure } from "./protocol.js";
import type { RequestReceipt } from "./transactions.js";

export type MutationAnswer = { success: true; result: JSONValue; ts: string } | FunctionFailure;

/** Answers kept per session; a client never has more requests in flight. */
const MAX_ANSWERS_PER_SESSION = 1000;

export class RequestLog {
  readonly #sessions = new Map<string, Map<number, Promise<MutationAnswer>>>();

  constructor(receipts: RequestReceipt[]) {
    for (const { sessionId, requestId, result, commitTs } of receipts) {
      const value = withCommitTs(jsonToConvex(JSON.parse(result) as JSONValue), commitTs) as Value;
      const answer = { success: true as const, result: convexToJson(value), ts: encodeTimestamp(commitTs) };
      this.#session(sessionId).set(requestId, Promise.resolve(answer));
    }
  }

  /** Runs the mutation unless the same request was seen before; gives the first answer every time. */
  once(key: RequestKey, run: (key: RequestKey) => Promise<MutationAnswer>): Promise<MutationAnswer> {
    const answers = this.#session(key.sessionId);
    const known = answers.get(key.requestId);
    if (known !== undefined) return known;
    const answer = run(key);
    answers.set(key.requestId, answer);
    if (answers.size > MAX_ANSWERS_PER_SESSION) answers.delete(answers.keys().next().value!);
    return answer;
  }

  #session(sessionId: string): Map<number, Promise<MutationAnswer>> {
    let answers = this.#sessions.get(sessionId);
    if (answers === undefined) {
      answers = new Map<number, Promise<MutationAnswer>>();
      this.#sessions.set(sessionId, answers);
    }
    return answers;
  }
}
