// What somebody has uploaded, as a browser gets it that is led to its address.
import { expect, onTestFinished, test } from "vitest";
import { startFixture } from "./fixtureHost.js";

test("runs nothing at the origin that serves it, and is nothing that it does not say it is", async () => {
  const host = await startFixture();
  onTestFinished(() => host.close());
  const posted = await fetch(`${host.url}/api/storage/upload`, {
    method: "POST",
    headers: { "content-type": "text/html" },
    body: "<script>document.title = localStorage.length</script>",
  });
  const { storageId } = (await posted.json()) as { storageId: string };
  const { status, headers } = await fetch(`${host.url}/api/storage/${storageId}`);
  expect([status, headers.get("content-type")]).toEqual([200, "text/html"]);
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none';(?!.*script-src)/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});
