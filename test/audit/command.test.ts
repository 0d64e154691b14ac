// The command on databases of the embedded host.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostProcess } from "../../host/hostProcess.js";
import { parseArguments, UsageError } from "../../audit/arguments.js";
import { auditDatabase } from "../../audit/audit.js";
import { DatabaseError } from "../../audit/database.js";
import { startApp } from "../support/appHost.js";
import { used } from "../support/turns.js";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "audit-"));
const file = join(folder, "sound.sqlite");
const caller = { userId: "olga" };

beforeAll(async () => {
  const host = await startApp({ listen: false, databaseFile: file });
  const door = async (path: string, args: object) =>
    (await host.callComponent("agentMemory", "mutation", path, { caller, ...args })) as Record<
      string,
      string
    >;
  const { threadId } = await door("threads:create", {});
  const prompt = [{ type: "text", text: "Why?" }];
  const { runId } = await door("turns:begin", { threadId, agentName: "scribe", engine: "action", prompt });
  const message = { parts: [{ type: "text", text: "Because." }] };
  await door("turns:saveStep", { runId, step: 0, message, results: [], usage: used, finish: true });
  await host.shiftClock(2 * 60_000);
  await host.idle();
  await door("usage:record", { threadId, usage: { ...used, purpose: "embedding" } });
  await host.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function audit(...args: string[]) {
  const node = ["--import", "tsx", "audit/main.ts", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, node, { cwd: PROJECT, encoding: "utf8" });
  return { code: status, out: stdout.trim().split("\n"), errors: stderr };
}

/** Puts other data into the first row of a table behind the host's back; gives its id. */
function change(database: string, table: string, changed: (data: Uint8Array) => Uint8Array): string {
  const open = new DatabaseSync(database);
  const rows = `SELECT id, data FROM documents WHERE component = 'agentMemory' AND id LIKE '%${table}'`;
  const [{ id, data }] = open.prepare(rows).all() as [{ id: string; data: Uint8Array }];
  open.prepare("UPDATE documents SET data = ? WHERE id = ?").run(changed(data), id);
  open.close();
  return id;
}

type Totals = { totals: { inputTokens: number }; outputTokens: number };

const spoilRow = (database: string, table: string, spoil: (row: Totals) => unknown): string =>
  change(database, table, (data) => {
    const row = deserialize(data) as Totals;
    spoil(row);
    return serialize(row);
  });

describe("npm run audit", () => {
  test("says with one line of JSON that a database adds up", () => {
    const { code, out, errors } = audit("--database", file, "--json");
    expect(code, errors).toBe(0);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([{ ok: true, events: 2, mismatches: [] }]);
    expect(errors).toContain("agentMemory: 2 usageEvents, 4 usageRollups");
    expect(errors).toContain("1 events behind the mark, 2 of unknown cost");
  });

  const spoiled = [
    {
      table: "runs",
      spoil: (row: Totals): unknown => (row.totals.inputTokens = 9),
      what: "inputTokens",
      expected: 10,
      found: 9,
    },
    {
      table: "usageRollups",
      spoil: (row: Totals): unknown => (row.outputTokens = 6),
      what: "outputTokens",
      expected: 5,
      found: 6,
    },
  ];
  test.each(spoiled)(
    "ends with code 1 and names a row of $table that does not",
    ({ table, spoil, ...wrong }) => {
      const copy = join(folder, `${table}.sqlite`);
      copyFileSync(file, copy);
      const id = spoilRow(copy, table, spoil);
      const { code, out } = audit("--database", copy);
      expect(code).toBe(1);
      expect(out.at(-3)).toBe(
        `✗ ${table} ${id}: ${wrong.what} should be ${wrong.expected} and is ${wrong.found}`,
      );
      const mismatch = { table, id, ...wrong };
      expect(JSON.parse(out.at(-1)!)).toEqual({ ok: false, events: 2, mismatches: [mismatch] });
    },
  );

  const unreadable: [what: string, name: string, make: (path: string) => void][] = [
    ["a file that is none", "text", (path) => writeFileSync(path, "no database at all")],
    ["an empty file", "empty", (path) => writeFileSync(path, "")],
    ["a folder", "folder", (path) => mkdirSync(path)],
    [
      "half a database",
      "half",
      (path) => {
        copyFileSync(file, path);
        truncateSync(path, 30_000);
      },
    ],
    [
      "a document that is damaged",
      "damaged",
      (path) => {
        copyFileSync(file, path);
        change(path, "runs", () => new Uint8Array([255, 15, 1]));
      },
    ],
  ];
  test.each(unreadable)("tells in one line of %s", async (_what, name, make) => {
    make(join(folder, name));
    const reading = auditDatabase(join(folder, name));
    await expect(reading).rejects.toThrow(DatabaseError);
    await expect(reading).rejects.toThrow(/^Cannot read the database [^\n]*: [^\n]+\.$/);
  });

  test("tells in one line of a file that is not there", () => {
    const { code, errors } = audit("--database", join(folder, "none.sqlite"));
    expect(code).toBe(2);
    expect(errors).toMatch(/^audit: There is no database .*none\.sqlite\.\n$/);
  });

  test("finds nothing on a host where nothing has happened, also where the app has a table of a name of ours", async () => {
    const empty = join(folder, "fresh.sqlite");
    await (await startApp({ listen: false, databaseFile: empty })).close();
    const sound = { ok: true, events: 0, mismatches: [] };
    expect((await auditDatabase(empty)).result).toEqual(sound);
    const open = new DatabaseSync(empty);
    const insert = open.prepare("INSERT INTO documents (component, id, data) VALUES ('', ?, ?)");
    insert.run("1usageEvents", serialize({ _id: "1usageEvents", what: "of the app" }));
    open.close();
    expect((await auditDatabase(empty)).result).toEqual(sound);
  });

  test("finds sums whose events are all gone", async () => {
    const copy = join(folder, "gone.sqlite");
    copyFileSync(file, copy);
    const open = new DatabaseSync(copy);
    open.exec("DELETE FROM documents WHERE component = 'agentMemory' AND id LIKE '%usageEvents'");
    open.close();
    const { ok, events, mismatches } = (await auditDatabase(copy)).result;
    expect([ok, events]).toEqual([false, 0]);
    expect(new Set(mismatches.map(({ table }) => table))).toEqual(new Set(["usageRollups", "runs"]));
  });

  test("finds nothing where a user was taken out of the ledger, half of whose events were folded", async () => {
    const erased = join(folder, "erased.sqlite");
    copyFileSync(file, erased);
    const host = await startApp({ listen: false, databaseFile: erased, clockShiftMs: 3 * 60_000 });
    const door = (path: string, args: Record<string, unknown>) =>
      host.callComponent("agentMemory", "mutation", path, args);
    const record = (calls: number) =>
      door("turns:record", { caller, used: Array.from({ length: calls }, () => used) });
    for (const calls of [50, 50, 50]) await record(calls);
    await door("usage:record", { caller, usage: used }); // arms the fold
    await host.shiftClock(2 * 60_000);
    await host.idle();
    await record(60);
    await door("usage:eraseUser", { caller: "system", ...caller });
    await host.close();
    const { ok, mismatches } = (await auditDatabase(erased)).result; // more than a page: half done
    expect([ok, mismatches]).toEqual([true, []]);
    const again = await startApp({ listen: false, databaseFile: erased, clockShiftMs: 10 * 60_000 });
    await again.idle();
    expect(
      (await again.readTable("agentMemory", "usageEvents")).filter(({ userId }) => userId !== ""),
    ).toEqual([]);
    await again.close();
    expect((await auditDatabase(erased)).result).toEqual({ ok: true, events: 213, mismatches: [] });
  });

  test("reads what a host that was killed has left", async () => {
    const killed = join(folder, "killed.sqlite");
    copyFileSync(file, killed);
    const host = await HostProcess.start({
      ...{ appDirectory: "soak/app", databaseFile: killed },
      ...{ port: 0, clockShiftMs: 4 * 60_000 }, // the fold is due: it writes
    });
    await host.kill();
    const { ok, events } = (await auditDatabase(killed)).result;
    expect([ok, events]).toEqual([true, 2]);
  });

  test("tells in one line that a host has the database open", async () => {
    const host = await startApp({ listen: false, databaseFile: file });
    try {
      const { code, errors } = audit("--database", file);
      expect(code).toBe(2);
      expect(errors).toMatch(/^audit: Cannot read the database .*: a host has it open: end that first\.\n$/);
    } finally {
      await host.close();
    }
  });
});

describe("its command line", () => {
  test("may be empty: the demo's database is meant", () => {
    expect(parseArguments([])).toEqual({ database: null, json: false, help: false });
  });

  test.each([
    [["--nope"], /--nope/],
    [["file.sqlite"], /file\.sqlite/],
    [["--database"], /--database/],
    [["--database", " "], /--database needs a file/],
  ])("tells in one line what is wrong with %j", (argv, message) => {
    const parse = () => parseArguments(argv);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^[^\n]*$/);
  });
});
