import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkAccepted, isTaken } from "../../src/shared/acceptedFiles.js";
import { isMemoryError } from "../../src/validators/errors.js";

const kind = fc.constantFrom("image", "text", "application", "audio");
const subtype = fc.constantFrom("png", "plain", "pdf", "vnd.api+json", "*");
const type = fc.tuple(kind, subtype).map(([left, right]) => `${left}/${right}`);
const written = fc.tuple(type, fc.constantFrom("", "; charset=utf-8", ";q=1"), fc.boolean());

/** The same, by a pattern for each. */
const naive = (taken: string[], asked: string): boolean =>
  taken.some((named) =>
    new RegExp(`^${named.replace(/[+.]/g, "\\$&").replaceAll("*", "[^/]+")}$`, "i").test(
      asked.replace(/;.*/, ""),
    ),
  );

const errorOf = (check: () => void): unknown => {
  try {
    check();
  } catch (error) {
    return error;
  }
  return null;
};

const codeOf = (check: () => void): string => {
  const error = errorOf(check);
  if (error === null) return "ok";
  return isMemoryError(error) ? (error.data as { code: string }).code : "other";
};

describe("which files are taken", () => {
  test("goes by type or by family, whatever the case and the parameters", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(type, fc.constant("*/*"))), written, (taken, [name, more, isLoud]) => {
        const asked = `${isLoud ? name.toUpperCase() : name}${more}`;
        expect(isTaken(taken, asked)).toBe(naive(taken, asked));
        expect(isTaken(undefined, asked)).toBe(true);
      }),
    );
  });

  test.each([
    ["image/*", "imagery/png", false],
    ["image/*", "image", false],
    ["image/png", "image/png/x", false],
    ["text/*", "", false],
    ["TEXT/*", "text/markdown", true],
  ])("%s takes %s: %s", (taken, asked, isIn) => {
    expect(isTaken([taken], asked)).toBe(isIn);
  });

  test("is told with the numbers and the types, and what is not known is not refused", () => {
    const accept = { maxBytes: 10, mediaTypes: ["image/*"] };
    expect(codeOf(() => checkAccepted(accept, { bytes: 10, mediaTypes: ["image/png", undefined] }))).toBe(
      "ok",
    );
    expect(codeOf(() => checkAccepted(accept, { mediaTypes: [] }))).toBe("ok");
    expect(codeOf(() => checkAccepted({}, { bytes: 1e12, mediaTypes: ["x/y"] }))).toBe("ok");
    expect(codeOf(() => checkAccepted(accept, { bytes: 11, mediaTypes: [] }))).toBe("FILE_TOO_LARGE");
    expect(codeOf(() => checkAccepted(accept, { mediaTypes: ["image/png", "text/html"] }))).toBe(
      "FILE_TYPE_REFUSED",
    );
    expect(codeOf(() => checkAccepted({ mediaTypes: [] }, { mediaTypes: ["a/b"] }))).toBe(
      "FILE_TYPE_REFUSED",
    );
    const refused = errorOf(() => checkAccepted(accept, { bytes: 1, mediaTypes: ["text/html"] }));
    expect(isMemoryError(refused) && refused.data).toMatchObject({
      message: "Files of this type are not taken, only of: image/*.",
      details: { mediaType: "text/html", accepts: "image/*" },
    });
  });
});
