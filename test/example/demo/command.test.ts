import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { BudgetReport } from "../../../example/demo/budget.js";
import type { CostReport } from "../../../example/demo/costs.js";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));
const DOCUMENTS = "test/example/documents";
const TIMEOUT_MS = 120_000;

type Ended = { code: number | null; out: string; errors: string };

/** Runs the command as a user would, with the built-in models unless `settings` name others. */
async function demo(args: string[], settings: Record<string, string> = {}): Promise<Ended> {
  const named = [
    "VITEST",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "MODEL_BASE_URL",
    "MODEL_NAME",
    "EMBEDDING_MODEL",
  ];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !named.includes(name)));
  const child = spawn(process.execPath, ["--import", "tsx", "example/demo/main.ts", ...args], {
    cwd: PROJECT,
    env: { ...env, ...settings },
    timeout: TIMEOUT_MS,
  });
  const ended: Ended = { code: null, out: "", errors: "" };
  child.stdout.on("data", (chunk: Buffer) => (ended.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (ended.errors += chunk.toString()));
  return await new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}

const lastLine = ({ out }: Ended): unknown => JSON.parse(out.trim().split("\n").at(-1) ?? "");

describe("the demo", () => {
  test(
    "survives a SIGKILL in the middle of a run, and proves it from the tables",
    { timeout: TIMEOUT_MS },
    async () => {
      const question = "How do sea otters sleep, and what does an otter eat?";
      const ended = await demo(["--documents", DOCUMENTS, "--crash", "--json", "--ask", question]);
      expect(ended.code, ended.errors).toBe(0);
      const result = lastLine(ended);
      expect(result).toMatchObject({
        ok: true,
        model: "built-in/extractive",
        documents: 3,
        answers: [{ question, steps: expect.any(Number) as number }],
        crash: { killed: true, resumed: true, duplicateSteps: 0, lostSteps: 0, repeatedCalls: 1 },
        memory: { remembered: { isKept: false }, replay: { kind: "same" } },
      });
      // Memory outlives the kill and an orderly end of the host: its own run is the last of three.
      const { memory } = result as { memory: { answer: string; citations: string[] } };
      expect(memory.answer).toContain("“I work in TypeScript and deploy on Fridays.” [fact]");
      expect(memory.citations).toEqual(["[fact]", "[block profile]"]);
      expect(ended.errors).toMatch(/recalled +fact “I work in TypeScript.* +\d+ +found for the prompt/);
      const [answer] = (result as { answers: { citations: string[]; answer: string }[] }).answers;
      expect(answer?.citations).toContain("[otters.md › Otters › Sleep]");
      expect(answer?.answer).toContain("Sea otters sleep on their backs at the surface.");
      expect(ended.errors).toContain("SIGKILL to the host");
    },
  );

  test(
    "stops a user at their budget before the model is called again, and tells what all cost",
    { timeout: TIMEOUT_MS },
    async () => {
      const ended = await demo(["--documents", DOCUMENTS, "--json", "--budget", "0.02"]);
      expect(ended.code, ended.errors).toBe(0);
      const { budget, costs } = lastLine(ended) as { budget: BudgetReport; costs: CostReport };
      const { stop, seen, currency } = budget;
      expect(currency).toBe("USD");
      expect(stop).toMatchObject({
        ...{ per: "user", unit: "cost", period: "day", limit: 20_000, code: "BUDGET_EXCEEDED" },
        ...{ when: "underWay", reserved: 0 },
      });
      expect(stop!.calls).toBeGreaterThan(0);
      expect([stop!.savedSteps, stop!.ledgerEvents]).toEqual([stop!.calls, stop!.calls]);
      expect(stop!.spent).toBeGreaterThan(0);
      expect(stop!.spent).toBeLessThanOrEqual(20_000);
      expect(new Date(stop!.resetsAt ?? 0).toISOString()).toMatch(/T00:00:00.000Z$/);
      expect(seen).toMatchObject({ passed: 0 });
      expect(seen.mostReserved).toBeGreaterThan(0);
      expect(costs.by.provider.map(({ name }) => name)).toEqual(["built-in"]);
      expect(costs.by.model.map(({ name }) => name)).toEqual(["built-in/extractive", "built-in/hashed-512"]);
      expect(costs.by.purpose.map(({ name }) => name)).toEqual(["answer", "embedding"]);
      expect(costs.all.unpricedCalls).toBe(0);
      expect(ended.errors).toMatch(/the run failed by its budget before the model was called again/);
    },
  );

  test("says so when the documents hold no answer, and that is no failure", async () => {
    const ended = await demo(["--documents", DOCUMENTS, "--json", "--ask", "Wer war Kaiser Barbarossa?"]);
    expect(ended.code, ended.errors).toBe(0);
    expect(lastLine(ended)).toMatchObject({
      ok: true,
      answers: [{ answer: "I found no answer to this in the documents.", citations: [] }],
    });
  });

  test("ends with code 2 and one line when the folder is missing", async () => {
    const ended = await demo(["--documents", "test/example/nowhere", "--json"]);
    expect(ended.code, ended.errors).toBe(2);
    expect(ended.errors).toMatch(/^demo: The folder .*nowhere cannot be read: it does not exist\.\n$/);
    expect(lastLine(ended)).toMatchObject({ ok: false });
  });

  test("ends with code 2 and one line when a model is named that nothing serves", async () => {
    const ended = await demo(["--documents", DOCUMENTS], { MODEL_NAME: "llama" });
    expect(ended.code, ended.errors).toBe(2);
    expect(ended.errors).toMatch(/^demo: MODEL_NAME is set, but no model server is: .*\n$/);
  });

  test("ends with code 2 when the port is in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const ended = await demo(["--documents", DOCUMENTS, "--port", String(port), "--json"]);
    server.close();
    expect(ended.code, ended.errors).toBe(2);
    expect(ended.errors).toContain("demo: The port is in use");
  });
});
