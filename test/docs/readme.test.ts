import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { vErrorCode } from "../../src/validators/errors.js";

const readme = readFileSync("README.md", "utf8");
const section = (heading: string): string =>
  readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";

describe("the README", () => {
  test("explains every error code and no other", () => {
    const explained = [...section("Errors").matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, code]) => code);
    expect(explained.sort()).toEqual(vErrorCode.members.map((member) => member.value).sort());
  });

  test("names files that exist", () => {
    const linked = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = ""]) => path);
    expect(linked.length).toBeGreaterThan(0);
    expect(linked.filter((path) => !existsSync(path))).toEqual([]);
  });
});
