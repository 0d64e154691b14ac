// Whom an admin means by a name: never somebody of another issuer by chance.
import { expect, test } from "vitest";
import { personLabel, wholeUserId } from "../../example/web/src/pages/usage/usageLabels.js";

const KNOWN = ["https://id.example|ada", "https://id.example|ben"];

test("a name is that of the issuer whom everyone has", () => {
  expect(wholeUserId(" cleo ", KNOWN)).toBe("https://id.example|cleo");
  expect(personLabel(wholeUserId("cleo", KNOWN) ?? undefined)).toBe("cleo");
});

test("a whole id is taken as it is", () => {
  expect(wholeUserId("https://other.example|cleo", KNOWN)).toBe("https://other.example|cleo");
  expect(wholeUserId("https://other.example|cleo", [])).toBe("https://other.example|cleo");
});

test("a name alone names nobody where nobody is known, or issuers differ", () => {
  expect(wholeUserId("cleo", [])).toBeNull();
  expect(wholeUserId("cleo", [...KNOWN, "https://other.example|dan"])).toBeNull();
  expect(wholeUserId("cleo", ["without-an-issuer"])).toBeNull();
});

test("half an id names nobody", () => {
  for (const text of ["", "  ", "|cleo", "https://id.example|"])
    expect(wholeUserId(text, KNOWN), text).toBeNull();
});
