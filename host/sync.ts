// The WebSocket side of the host: connections, their live queries and the answers they may ask for again.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { Connection } from "./connection.js";
import type { Engine } from "./engine.js";
import { RequestLog } from "./requestLog.js";
import { Subscriptions, type SubscriptionStats } from "./subscriptions.js";
import type { TokenVerifier } from "./tokenVerifier.js";

/** Clients reconnect when they hear nothing for 30 s. */
const PING_INTERVAL_MS = 15_000;
const MAX_MESSAGE_BYTES = 64 << 20;
const SYNC_PATH = /^\/api\/[^/]+\/sync$/;

export class SyncServer {
  readonly subscriptions: Subscriptions;
  readonly requests: RequestLog;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  readonly #connections = new Set<Connection>();

  constructor(
    readonly engine: Engine,
    readonly verifier: TokenVerifier,
  ) {
    this.requests = new RequestLog(engine.receipts);
    this.subscriptions = new Subscriptions(engine, (watcher) => {
      if (watcher instanceof Connection) watcher.schedule();
    });
  }

  stats(): SubscriptionStats {
    const { stats, liveQueries } = this.subscriptions;
    return { ...stats, liveQueries, connections: this.#connections.size };
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!SYNC_PATH.test(new URL(request.url ?? "/", "http://host.invalid").pathname)) {
      socket.destroy();
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket));
  }

  #accept(webSocket: WebSocket): void {
    const connection = new Connection(this, webSocket);
    this.#connections.add(connection);
    const ping = setInterval(() => connection.send({ type: "Ping" }), PING_INTERVAL_MS);
    webSocket.on("message", (data: Buffer) => connection.receiveText(data.toString()));
    webSocket.on("error", () => webSocket.terminate());
    webSocket.on("close", () => {
      clearInterval(ping);
      connection.close();
      this.#connections.delete(connection);
    });
  }

  /** Drops every connection, as a lost network would; clients reconnect. */
  dropConnections(): void {
    for (const connection of this.#connections) connection.terminate();
  }

  close(): void {
    this.dropConnections();
    this.#sockets.close();
  }
}
