// The functions of the example as a client in any language calls them: JSON over HTTP, without a library of ours.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localUserId, type Host } from "../../host/index.js";
import { startExample } from "./exampleApp.js";
import { marksIn, post as postTo } from "./httpClient.js";

let host: Host;
let ann: string;
beforeAll(async () => {
  host = await startExample({ listen: true });
  ann = await host.makeToken({ subject: "ann" });
});
afterAll(async () => await host.close());

/** Posts a call as such a client does. */
const post = (call: string, body: object, token?: string) => postTo({ url: host.url, token }, call, body);

async function createThread(token: string): Promise<string> {
  const { value } = await post("mutation chat:createThread", { title: "By HTTP" }, token);
  return (value as { threadId: string }).threadId;
}

describe("a client that speaks HTTP and JSON", () => {
  test("asks and gets the whole answer", async () => {
    const threadId = await createThread(ann);
    const question = { threadId, prompt: "What does an otter eat?", operationId: "first" };
    const { status, value } = await post("action ask:answer", question, ann);
    expect([status, value]).toMatchObject(["success", { state: "completed" }]);
    const listed = await post("query spending:listUsage", { threadId, cursor: null }, ann);
    expect(listed.status).toBe("success");
    expect(marksIn(listed.value)).toEqual([]);
  });

  test("reads what it spent, and what limits it, as plain numbers", async () => {
    const from = Date.now() - 24 * 60 * 60 * 1000;
    const asked: [string, object][] = [
      ["query spending:usageSummary", { period: "month", by: "model" }],
      ["query spending:usageTimeseries", { from, every: "hour", by: "purpose" }],
      ["query spending:budgetStatus", {}],
    ];
    const boss = await host.makeToken({ subject: "boss", role: "admin" });
    const userId = localUserId("ann");
    const limited = await post("mutation costs:setDailyLimit", { userId, limitMicros: 1_000_000 }, boss);
    expect(limited.status).toBe("success");
    for (const [call, args] of asked) {
      const { status, value } = await post(call, args, ann);
      expect([status, marksIn(value)], call).toEqual(["success", []]);
    }
    const { value } = await post("query spending:usageSummary", { period: "month" }, ann);
    expect((value as { calls: number }).calls).toBeGreaterThan(0);
    expect(await post("query spending:budgetStatus", {}, ann)).toMatchObject({
      value: [{ limit: 1_000_000 }],
    });
    const refused = await post("query costs:ofTenant", { period: "month" }, ann);
    expect(refused).toMatchObject({ status: "error", errorData: { code: "FORBIDDEN" } });
  });

  test("is told with a code why it is refused", async () => {
    const threadId = await createThread(ann);
    const page = { threadId, cursor: null };
    const foreign = await post("query chat:listMessages", page, await host.makeToken({ subject: "bob" }));
    expect(foreign).toMatchObject({ status: "error", errorData: { code: "THREAD_NOT_FOUND" } });
    const nobody = await post("query chat:listMessages", page);
    expect(nobody).toMatchObject({ status: "error", errorData: { code: "UNAUTHENTICATED" } });
  });

  test("cannot call what is for who runs the app", async () => {
    for (const path of ["prices:load", "prices:listUnpriced", "costs:recount"]) {
      const refused = await post(`${path === "prices:load" ? "mutation" : "query"} ${path}`, {}, ann);
      expect(refused).toMatchObject({
        status: "error",
        errorMessage: expect.stringContaining("Could not find public function") as string,
      });
    }
  });
});
