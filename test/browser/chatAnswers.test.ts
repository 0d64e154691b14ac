// A tool whose result a person gives: the question stands in the conversation until somebody answers it.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { later } from "../support/waitingRun.js";
import { used } from "../support/turns.js";
import { beginThread } from "./support/chat.js";
import { describeInBrowser } from "./support/chromium.js";
import { browserScene, userIdOf } from "./support/scene.js";

const CALL = "call-1";

describeInBrowser("a tool that waits for an answer", () => {
  const { open, callAs, scene } = browserScene();

  /** A run of Ada's whose tool asks which invoice is meant. */
  async function asked(): Promise<{ page: Page; resultOf: () => Promise<unknown> }> {
    const threadId = await beginThread(callAs("ada"));
    const caller = { userId: userIdOf("ada"), tenantId: "demo" };
    const inMemory = <Result>(path: string, args: Record<string, unknown>) =>
      scene.host.callComponent("agentMemory", "mutation", path, { caller, ...args }) as Promise<Result>;
    const prompt = [{ type: "text", text: "Pay it." }];
    const begin = { threadId, agentName: "cashier", engine: "action", prompt };
    const { runId } = await inMemory<{ runId: string }>("turns:begin", begin);
    const input = JSON.stringify({ question: "Which invoice?" });
    const parts = [{ type: "toolCall", callId: CALL, toolName: "askHuman", input }];
    const step = { runId, step: 0, message: { parts }, results: [], usage: used, finish: false };
    await inMemory("turns:saveStep", { ...step, waits: [later(CALL)] });
    const page = await open({ as: "ada", path: `/chat/${threadId}` });
    const resultOf = async () => {
      const { page: rows } = await callAs("ada")<{ page: { parts: { type: string }[] }[] }>(
        "query chat:listMessages",
        { threadId, cursor: null },
      );
      return rows.flatMap(({ parts: all }) => all).find(({ type }) => type === "toolResult");
    };
    return { page, resultOf };
  }
  const card = (page: Page) => page.getByRole("group", { name: "Your answer is needed: Ask human" });

  test("takes it in words, and is done", async () => {
    const { page, resultOf } = await asked();
    await card(page).getByText("Which invoice?").waitFor();
    await card(page).getByLabel("Your answer").fill("The one of May.");
    await card(page).getByRole("button", { name: "Answer", exact: true }).click();
    await card(page).waitFor({ state: "detached" });
    expect(await resultOf()).toMatchObject({ outputKind: "text", output: "The one of May." });
  });

  test("is told when there is none", async () => {
    const { page, resultOf } = await asked();
    await card(page).getByRole("button", { name: "There is none" }).click();
    await card(page).waitFor({ state: "detached" });
    expect(await resultOf()).toMatchObject({ outputKind: "error", output: "There is no answer." });
  });
});
