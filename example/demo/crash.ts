import { isMemoryError } from "convex-agent-memory";
import type { HostProcess } from "../../host/hostProcess.js";
import { api } from "../convex/_generated/api.js";
import { ask, type Answer } from "./ask.js";
import { deferred } from "./deferred.js";
import { proveCrash, type CrashProof, type StreamEnd } from "./proof.js";
import type { Session } from "./session.js";
import { readTables, type ThreadTables } from "./tables.js";

export type CrashReport = CrashProof & {
  /** The host was ended by SIGKILL, after a step was saved and while the answer was being written. */
  killed: boolean;
  /** The run completed after the restart. */
  resumed: boolean;
};

/** Workpool takes an action for lost after 5 minutes, and looks once a minute. */
const CLOCK_SHIFT_MS = 7 * 60_000;

/** The built-in model waits before each word: it is so quick that there would be no middle to be killed in. */
export const CRASH_ENVIRONMENT = { BUILT_IN_DELAY_MS: "20" };

export type CrashSubject = {
  /** What is killed. */
  host: HostProcess;
  /** Starts a host again on the same database. */
  restart: (settings: { port: number; clockShiftMs: number }) => Promise<HostProcess>;
};

/** Asks, kills the host while the answer is being written, starts it again on the same database, and proves the rest. */
export async function askThroughCrash(
  session: Session,
  question: string,
  { host, restart }: CrashSubject,
): Promise<{ answer: Answer; report: CrashReport }> {
  const { screen } = session;
  const middle = deferred<string>();
  const asking = ask(session, question, {
    onText: ({ savedSteps, threadId }) => {
      if (savedSteps > 0) middle.resolve(threadId);
    },
  });
  const missed = asking.then(() => {
    throw new Error("The answer was complete before the host could be killed in the middle of it.");
  });
  const before = await Promise.race([middle.promise, missed]).then((threadId) =>
    readTables(session.client, threadId),
  );
  missed.catch(() => undefined); // from here on the answer is meant to come
  asking.catch(() => undefined); // awaited below, when the host is back
  screen.line("\n\n*** SIGKILL to the host, in the middle of the answer");
  const killed = (await host.kill()) && isInMiddle(before);
  screen.line(
    `*** starting it again on the same database, its clock ${CLOCK_SHIFT_MS / 60_000} minutes ahead: ` +
      "workpool takes back a lost action after 5-6 minutes",
  );
  await restart({ port: host.port, clockShiftMs: CLOCK_SHIFT_MS });
  const answer = await asking;
  const after = await readTables(session.client, answer.threadId);
  const proof = proveCrash({ before, after, streams: await readStreams(session, answer) });
  const report = { killed, resumed: answer.state === "completed", ...proof };
  tellProof(session, report, { before, after });
  return { answer, report };
}

/** A step was saved and paid for, and another was under way. */
function isInMiddle({ runs, messages, usage }: ThreadTables): boolean {
  const isSaved = runs.some(({ steps }) => steps > 0) && usage.some(({ purpose }) => purpose === "answer");
  return isSaved && messages.some(({ state }) => state.kind === "streaming");
}

/** How each stream ended, from its row. */
async function readStreams({ client }: Session, { threadId, streamIds }: Answer): Promise<StreamEnd[]> {
  return await Promise.all(
    streamIds.map(async (streamId): Promise<StreamEnd> => {
      try {
        const { state } = await client.query(api.chat.followStream, { threadId, streamId, after: 0 });
        return { streamId, state: state.kind, code: state.kind === "aborted" ? state.code : null };
      } catch (error) {
        // Minutes went by on the host's clock: streams that had ended before the kill may be swept.
        if (!isMemoryError(error, "STREAM_NOT_FOUND")) throw error;
        return { streamId, state: "swept", code: null };
      }
    }),
  );
}

function tellProof(
  { screen }: Session,
  report: CrashReport,
  { before, after }: { before: ThreadTables; after: ThreadTables },
): void {
  const count = ({ messages, toolCalls, usage }: ThreadTables) =>
    `${messages.filter(({ state }) => state.kind === "complete").length} messages, ` +
    `${toolCalls.length} tool calls, ${usage.length} usage events`;
  screen.line(`\n*** saved before the kill: ${count(before)}; after the run: ${count(after)}`);
  screen.line(
    `*** steps paid twice: ${report.duplicateSteps}; steps lost: ${report.lostSteps}; ` +
      `calls in flight that were made again: ${report.repeatedCalls}`,
  );
}
