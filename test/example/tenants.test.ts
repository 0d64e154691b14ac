import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { askAndWait, ingestDocuments, refusalOf, startExample, textOf, userOf } from "./exampleApp.js";

let host: Host;
beforeAll(async () => {
  host = await startExample();
});
afterAll(async () => await host.close());

describe("two tenants of the example", () => {
  test("know their own documents only, by the claim of who asks", async () => {
    const [ann, zoe] = [userOf(host, "ann", { tenant: "acme" }), userOf(host, "zoe", { tenant: "zen" })];
    await ingestDocuments(ann);
    expect(await ann.query("documents:countDocuments", { scope: "tenant" })).toMatchObject({ documents: 3 });
    expect(await zoe.query("documents:countDocuments", { scope: "tenant" })).toMatchObject({ documents: 0 });
    const { messages } = await askAndWait(zoe, "What does an otter eat?");
    expect(messages.map(textOf).join(" ")).not.toContain("An otter eats mostly fish");
    const own = await askAndWait(ann, "What does an otter eat?");
    expect(own.messages.map(textOf).join(" ")).toContain("An otter eats mostly fish");
  });

  test("who belongs to both sees in one nothing of what they began in the other", async () => {
    const [here, there] = [userOf(host, "mia", { tenant: "acme" }), userOf(host, "mia", { tenant: "zen" })];
    const ingestId = await here.mutation<string>("documents:begin", { files: 1 });
    expect(await here.query("documents:progress", { ingestId })).toMatchObject({ files: 1 });
    expect(await refusalOf(there.query("documents:progress", { ingestId }))).toMatchObject({
      code: "INGEST_NOT_FOUND",
    });
    const { threadId } = await here.mutation<{ threadId: string }>("chat:createThread", {});
    const briefId = await here.mutation<string>("brief:start", { threadId, topic: "otters" });
    expect(await here.query("brief:get", { briefId })).toMatchObject({ topic: "otters" });
    expect(await refusalOf(there.query("brief:get", { briefId }))).toMatchObject({ code: "BRIEF_NOT_FOUND" });
  });
});
