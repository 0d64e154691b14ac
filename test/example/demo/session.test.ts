import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { Screen } from "../../../example/demo/screen.js";
import { connect } from "../../../example/demo/session.js";

/** A host that breaks off whatever it is asked, as one does that is killed. */
async function breakingHost(): Promise<{ url: string; server: Server }> {
  const server = createServer((request) => request.socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe("the demo's client", () => {
  test("asks a host that breaks off for its token again", async () => {
    const { url, server } = await breakingHost();
    const { client } = connect(url, new Screen(process.stderr));
    onTestFinished(() => client.close());
    for (let asked = 0; asked < 2;) {
      const [request] = (await once(server, "request")) as [{ url: string }];
      if (request.url === "/local-auth/token") asked++;
    }
    expect(client.closed).toBe(false);
  });

  // A rejection that nobody hears ends the process, and fails this file.
  test("can be closed while it asks", async () => {
    const { url, server } = await breakingHost();
    const { client } = connect(url, new Screen(process.stderr));
    await once(server, "request");
    await client.close();
    await once(server.close(), "close");
    expect(client.closed).toBe(true);
  });
});
