import type { Block, ContextExplanation, Fact } from "convex-agent-memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { askAndWait, ingestDocuments, startExample, textOf, userOf, type User } from "./exampleApp.js";

const TOLD =
  "Remember that I work in TypeScript and deploy on Fridays. From now on, I prefer short answers with an example.";
const ASKED = "Which day do I deploy, and what kind of answers do I prefer?";

let host: Host;
let ann: User;

beforeAll(async () => {
  host = await startExample();
  ann = userOf(host, "ann");
  await ingestDocuments(ann);
  await ann.mutation("knowledge:createProfile");
});
afterAll(async () => await host.close());

const factsOf = async (user: User) =>
  (await user.query<{ page: Fact[] }>("knowledge:listFacts", { cursor: null })).page;
const blocksOf = (user: User) => user.query<Block[]>("knowledge:listBlocks");

test("x", async () => {
  const told = await askAndWait(ann, TOLD);
  console.log(told.messages.map(m => JSON.stringify(m.parts)));
  console.log(await factsOf(ann), await blocksOf(ann));
  console.log(await ann.action("worker:learn", {threadId: told.threadId}));
  const asked = await askAndWait(ann, ASKED);
  console.log(asked.messages.map(m => JSON.stringify(m.parts)));
  const id = asked.messages.at(-1)!.messageId;
  console.log(JSON.stringify(await ann.query("reports:explain", {messageId: id}), null, 1));
  console.log(await ann.query("reports:replay", {messageId: id}));
  const third = await askAndWait(ann, "What does an otter eat?");
  console.log(third.messages.map(m => JSON.stringify(m.parts)));
}, 60000);
