// A life for the app to show: documents, questions with answers, facts, a block, and something that waits for a person.
import { ingestDocuments, until, untilRunEnded, type User } from "../../example/exampleApp.js";
import type { Call, Person } from "./scene.js";

/** Calls of a person as the example's own tests make them. */
export function userFrom(call: Call): User {
  return {
    query: (path, args) => call(`query ${path}`, args),
    mutation: (path, args) => call(`mutation ${path}`, args),
    action: (path, args) => call(`action ${path}`, args),
  };
}

export type Told = { threadId: string; runId: string };

/** Asks in a thread of its own, called by what is asked, and waits for the end. */
export async function ask(user: User, prompt: string): Promise<Told> {
  const { threadId } = await user.mutation<{ threadId: string }>("chat:createThread", { title: prompt });
  await user.mutation("ask:send", { threadId, prompt, operationId: prompt });
  const { runId } = await untilRunEnded(user, threadId);
  return { threadId, runId };
}

/** Asks for what a person must approve, and leaves it waiting. */
export async function askForApproval(user: User, prompt: string): Promise<Told> {
  const { threadId } = await user.mutation<{ threadId: string }>("chat:createThread", { title: prompt });
  await user.mutation("ask:send", { threadId, prompt, operationId: prompt });
  const { runId } = await until(
    () => user.query<{ runId: string; state: { kind: string } }>("chat:getRun", { threadId }),
    ({ state }) => state.kind === "awaitingApproval",
  );
  return { threadId, runId };
}

/** What a seeded person has. */
export type Life = { answered: Told; waiting: Told; documentKey: string };

const QUESTIONS = ["How is bread baked?", "Why do lighthouses flash?", "What does an otter eat?"];

/** Loads prices, and lets a person read, ask, tell, and wait. */
export async function seedLife(callAs: (person: Person) => Call, person: Person): Promise<Life> {
  const user = userFrom(callAs(person));
  await user.mutation("prices:load");
  await user.mutation("knowledge:createProfile");
  await ingestDocuments(user);
  const { page } = await user.query<{ page: { key: string }[] }>("documents:listDocuments", {
    scope: "tenant",
    cursor: null,
  });
  let answered: Told | undefined;
  for (const question of QUESTIONS) answered = await ask(user, question);
  await ask(user, "Remember that I work in TypeScript and deploy on Fridays.");
  await ask(user, "From now on, I prefer short answers with an example.");
  await ask(user, "Which day do I deploy?");
  const waiting = await askForApproval(user, "Forget that I deploy on Fridays.");
  return { answered: answered!, waiting, documentKey: page[0]!.key };
}
