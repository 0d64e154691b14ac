import type { Page } from "playwright-core";

type Change = { type: string; queryId: number; udfPath?: string };
type Message = { type: string; modifications?: Change[] };

/** What a test may do to what the host says to a page. */
export type Answers = {
  /** Keeps everything back until `release`. */
  hold: () => void;
  release: () => void;
  /** Makes an error of each answer to a query, until `heal`; what was told of one stays until it is asked again. */
  fail: (query: string) => void;
  heal: () => void;
};

/** Stands between a page and its host, from the next load of the page on. */
export async function standBetween(page: Page): Promise<Answers> {
  let isHeld = false;
  let failing: string | null = null;
  const held: (() => void)[] = [];
  await page.routeWebSocket(/\/sync$/, (socket) => {
    const server = socket.connectToServer();
    const names = new Map<number, string>();
    socket.onMessage((message) => {
      for (const { queryId, udfPath } of changesIn(message))
        if (udfPath !== undefined) names.set(queryId, udfPath);
      server.send(message);
    });
    server.onMessage((message) => {
      const said = failing === null ? message : withFailures(message, (id) => names.get(id) === failing);
      const pass = () => socket.send(said);
      if (isHeld) held.push(pass);
      else pass();
    });
  });
  return {
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false;
      for (const pass of held.splice(0)) pass();
    },
    fail: (query) => (failing = query),
    heal: () => (failing = null),
  };
}

const readMessage = (message: string | Buffer): Message => JSON.parse(String(message)) as Message;
const changesIn = (message: string | Buffer): Change[] => readMessage(message).modifications ?? [];

/** A message in which some queries have failed, as the host would say it of one that threw what is no error of the app. */
function withFailures(message: string | Buffer, isFailing: (queryId: number) => boolean): string {
  const read = readMessage(message);
  const modifications = read.modifications?.map((change) =>
    change.type === "QueryUpdated" && isFailing(change.queryId)
      ? {
          type: "QueryFailed",
          queryId: change.queryId,
          errorMessage: "Server Error",
          logLines: [],
          journal: null,
        }
      : change,
  );
  return JSON.stringify(modifications === undefined ? read : { ...read, modifications });
}
