// A client that says exactly what a test wants it to say.
import WebSocket from "ws";
import type { ClientMessage, ServerMessage } from "../../host/protocol.js";
import { eventually } from "./fixtureHost.js";

export type RawClient = {
  send(message: ClientMessage | string): void;
  /** The first message of a type that fits; waits for it. */
  heard<T extends ServerMessage["type"]>(
    type: T,
    fits?: (message: Extract<ServerMessage, { type: T }>) => boolean,
  ): Promise<Extract<ServerMessage, { type: T }>>;
  /** All that came so far. */
  readonly all: readonly ServerMessage[];
  /** Resolves when the host has ended the connection, or the client has. */
  readonly closed: Promise<void>;
  close(): void;
};

/** Connects as the given session and introduces itself. */
export async function connectRaw(url: string, sessionId: string): Promise<RawClient> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/1.48.0/sync`);
  const heard: ServerMessage[] = [];
  socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString()) as ServerMessage));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  const client: RawClient = {
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    heard: async (type, fits = () => true) => {
      const find = () =>
        heard.find(
          (message): message is Extract<ServerMessage, { type: typeof type }> =>
            message.type === type && fits(message as Extract<ServerMessage, { type: typeof type }>),
        );
      await eventually(find, (message) => message !== undefined);
      return find()!;
    },
    all: heard,
    closed,
    close: () => socket.close(),
  };
  client.send({ type: "Connect", sessionId });
  return client;
}
