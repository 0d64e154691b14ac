// One HTTP request to the host and its answer.
import type { IncomingMessage, ServerResponse } from "node:http";

/** Convex's limit for HTTP requests and uploads through function calls. */
const MAX_BODY_BYTES = 64 << 20;
/** Pages of any origin may call functions, and send files to the addresses that a function gave them. */
export const CORS_HEADERS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "*",
};
const PREFLIGHT_LIFETIME_SECONDS = 86_400;

export class BodyTooLargeError extends Error {}

export async function readBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new BodyTooLargeError(`The request is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** An answer that pages of any origin may read. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", ...CORS_HEADERS });
  response.end(JSON.stringify(body));
}

/** What a browser asks before a page of another origin calls: a wildcard would not cover `Authorization`. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(204, {
      ...CORS_HEADERS,
      "Access-Control-Allow-Headers": request.headers["access-control-request-headers"] ?? "*",
      "Access-Control-Max-Age": PREFLIGHT_LIFETIME_SECONDS,
      Vary: "Access-Control-Request-Headers",
    })
    .end();
}
