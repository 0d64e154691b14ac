// The HTTP side of the host: function calls, files and the app's own routes. Loopback only.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JSONValue } from "convex/values";
import type { Authentication } from "./authentication.js";
import type { FunctionKind } from "./convexTestInternals.js";
import type { Engine } from "./engine.js";
import { answerPreflight, BodyTooLargeError, CORS_HEADERS, readBody, sendJson } from "./exchange.js";
import type { Identity } from "./execution.js";
import { answerLocalAuth, LOCAL_AUTH_PATH } from "./localAuth.js";
import { encodeTimestamp } from "./protocol.js";
import { callPublic } from "./publicCalls.js";
import { SyncServer } from "./sync.js";
import { TokenError } from "./tokenError.js";

const LOOPBACK = "127.0.0.1";
/** The status with which Convex answers a function that threw. */
const FUNCTION_ERROR_STATUS = 560;
const CALL_PATHS = new Map<string, FunctionKind>([
  ["/api/query", "query"],
  ["/api/query_at_ts", "query"],
  ["/api/mutation", "mutation"],
  ["/api/action", "action"],
]);

/**
 * A deployment keeps files away from every page; here a page may have this host behind its own origin. Whatever somebody
 * has uploaded runs nothing there, and nothing is taken for what it does not say it is.
 */
const FILE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
};

type Exchange = Authentication & {
  engine: Engine;
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
};
type CallBody = { path: string; args?: JSONValue };

/** Who calls, or null for nobody. Throws a `TokenError` for a header that proves nothing. */
async function identityOf({ request, verifier }: Exchange): Promise<Identity | null> {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (token === undefined)
    throw new TokenError("InvalidAuthHeader", "The Authorization header must be `Bearer` and a token");
  return (await verifier.verify(token)).identity;
}

async function handleCall(exchange: Exchange, kind: FunctionKind): Promise<void> {
  const { engine, request, response } = exchange;
  const body = JSON.parse((await readBody(request)).toString()) as CallBody;
  const identity = await identityOf(exchange);
  const args = Array.isArray(body.args) ? body.args[0] : body.args;
  const outcome = await callPublic(engine, { kind, path: body.path, args, identity });
  if (outcome.ok) return sendJson(response, 200, { status: "success", value: outcome.value, logLines: [] });
  const { message, data } = outcome.failure;
  sendJson(response, FUNCTION_ERROR_STATUS, {
    status: "error",
    errorMessage: message,
    errorData: data,
    logLines: [],
  });
}

async function handleUpload({ engine, request, response, url }: Exchange): Promise<void> {
  const blob = new Blob([await readBody(request)], { type: request.headers["content-type"] ?? "" });
  const componentPath = url.searchParams.get("component") ?? "";
  const storageId = await engine.track(() =>
    engine.internals.accessor.runInComponent(componentPath, () => engine.files.store(componentPath, blob)),
  );
  sendJson(response, 200, { storageId });
}

async function handleDownload({ engine, response, url }: Exchange): Promise<void> {
  const storageId = url.pathname.slice("/api/storage/".length);
  const blob = engine.files.committed(url.searchParams.get("component") ?? "", storageId);
  if (blob === null) {
    response.writeHead(404, CORS_HEADERS).end();
    return;
  }
  const type = blob.type || "application/octet-stream";
  response.writeHead(200, { ...CORS_HEADERS, ...FILE_HEADERS, "content-type": type });
  response.end(Buffer.from(await blob.arrayBuffer()));
}

// Everything else is the app's router, which a deployment serves on its site URL.
async function handleRoute(exchange: Exchange): Promise<void> {
  const { engine, request, response, url } = exchange;
  if (!engine.options.app.hasRouter) {
    response.writeHead(404, CORS_HEADERS).end(`No route ${url.pathname}`);
    return;
  }
  const method = request.method ?? "GET";
  const body = method === "GET" || method === "HEAD" ? undefined : await readBody(request);
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  // A route may know its callers by keys of its own: a header that is no token of a user makes them nobody.
  const identity = await identityOf(exchange).catch((error: unknown) => {
    if (error instanceof TokenError) return null;
    throw error;
  });
  const { accessor } = engine.internals;
  const caller = identity === null ? accessor : accessor.withIdentity(identity);
  const answer = await engine.track(() => caller.fetch(url.pathname + url.search, { method, headers, body }));
  response.writeHead(answer.status, { ...CORS_HEADERS, ...Object.fromEntries(answer.headers) });
  response.end(Buffer.from(await answer.arrayBuffer()));
}

async function handle(exchange: Exchange): Promise<void> {
  const { engine, request, response, url } = exchange;
  const isPost = request.method === "POST";
  if (url.pathname.startsWith(LOCAL_AUTH_PATH)) return answerLocalAuth(exchange.local, request, response);
  if (request.method === "OPTIONS") return answerPreflight(request, response);
  const kind = CALL_PATHS.get(url.pathname);
  if (kind !== undefined && isPost) return handleCall(exchange, kind);
  switch (url.pathname) {
    case "/api/query_ts":
      return sendJson(response, 200, { ts: encodeTimestamp(engine.transactions.lastCommitTs) });
    case "/version":
      response.writeHead(200, CORS_HEADERS).end("embedded-host");
      return;
    case "/api/storage/upload":
      return isPost ? handleUpload(exchange) : sendJson(response, 405, { code: "MethodNotAllowed" });
    default:
      return url.pathname.startsWith("/api/storage/") ? handleDownload(exchange) : handleRoute(exchange);
  }
}

function answerFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  if (error instanceof TokenError) {
    sendJson(response, 401, { code: error.code, message: error.message });
    return;
  }
  const status = error instanceof SyntaxError ? 400 : error instanceof BodyTooLargeError ? 413 : 500;
  sendJson(response, status, {
    code: "BadRequest",
    message: error instanceof Error ? error.message : String(error),
  });
}

/** The listening host. */
export class HostServer {
  readonly sync: SyncServer;
  readonly #server: Server;

  constructor(engine: Engine, auth: Authentication) {
    this.sync = new SyncServer(engine, auth.verifier);
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", `http://${LOOPBACK}`);
      handle({ ...auth, engine, request, response, url }).catch((error: unknown) =>
        answerFailure(response, error),
      );
    });
    this.#server.on("upgrade", (request: IncomingMessage, socket, head: Buffer) =>
      this.sync.upgrade(request, socket, head),
    );
  }

  /** Listens on the loopback interface; 0 takes any free port. Rejects when the port is in use. */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, LOOPBACK, () => {
        this.#server.off("error", reject);
        resolve(`http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  close(): Promise<void> {
    this.sync.close();
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
