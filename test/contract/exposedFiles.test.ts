// Files that people upload: what is refused, when, and what they hear. The type that a file was posted with is held
// against `uploads` in `test/example/http.test.ts`: convex-test keeps none.
import { describe, expect, test } from "vitest";
import { UPLOAD_MAX_BYTES } from "../../src/shared/limits.js";
import { isMemoryError } from "../../src/validators/errors.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { upload } from "../support/upload.js";
import { anApp, callAs, dump, type App } from "./exposedScene.js";

const uploads = { mediaTypes: ["image/*", "text/plain"], maxBytes: 20 };
const announce = (app: App, args: object) =>
  callAs(app, OWNER, { name: "createUploadUrl", kind: "mutation", args: { ...args } });
const register = (app: App, args: object) =>
  callAs(app, OWNER, { name: "registerFile", kind: "mutation", args: { ...args } });

describe("an upload", () => {
  test("of a refused type or size is refused before it is sent, with what is taken", async () => {
    const app = await anApp({ uploads });
    expect(await codeOf(announce(app, { bytes: 20, mediaType: "image/png" }))).toBe("ok");
    expect(await codeOf(announce(app, {}))).toBe("ok");
    const large = await announce(app, { bytes: 21 }).catch((error: unknown) => error);
    expect(isMemoryError(large, "FILE_TOO_LARGE") && large.data.details).toEqual({ bytes: 21, maxBytes: 20 });
    const odd = await announce(app, { mediaType: "text/html" }).catch((error: unknown) => error);
    expect(isMemoryError(odd, "FILE_TYPE_REFUSED") && odd.data.message).toContain("image/*, text/plain");
  });

  test("is refused by what it is, whatever was said before, and becomes no file", async () => {
    const app = await anApp({ uploads });
    const large = await upload(app, "x".repeat(21));
    const small = await upload(app, "words");
    const before = await dump(app);
    expect(await codeOf(register(app, { storageId: large, mediaType: "image/png" }))).toBe("FILE_TOO_LARGE");
    expect(await codeOf(register(app, { storageId: small, mediaType: "text/html" }))).toBe(
      "FILE_TYPE_REFUSED",
    );
    expect(await codeOf(register(app, { storageId: small })), "of no type at all").toBe("FILE_TYPE_REFUSED");
    expect(await dump(app)).toBe(before);
    expect(await register(app, { storageId: small, mediaType: "text/plain" })).toMatchObject({
      deduplicated: false,
    });
  });

  test("has a bound where the app names none", async () => {
    const app = await anApp({ uploads: { mediaTypes: ["text/*"] } });
    expect(await codeOf(announce(app, { bytes: UPLOAD_MAX_BYTES }))).toBe("ok");
    expect(await codeOf(announce(app, { bytes: UPLOAD_MAX_BYTES + 1 }))).toBe("FILE_TOO_LARGE");
    const free = await anApp();
    expect(await codeOf(announce(free, { mediaType: "model/obj" }))).toBe("ok");
    expect(await codeOf(announce(free, { bytes: UPLOAD_MAX_BYTES + 1 }))).toBe("FILE_TOO_LARGE");
  });
});
