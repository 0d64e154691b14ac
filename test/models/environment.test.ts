import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { embed, generateText } from "ai";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { chatModel, embeddingModel, modelInfo } from "../../example/convex/models/index.js";

const VARIABLES = [
  "OPENAI_API_KEY",
  "ANTHROPIC_API_KEY",
  "MODEL_BASE_URL",
  "MODEL_NAME",
  "MODEL_API_KEY",
  "EMBEDDING_MODEL",
];

beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the models by environment", () => {
  test("are built in where nothing is set, or set to nothing", () => {
    vi.stubEnv("OPENAI_API_KEY", " ");
    expect(modelInfo()).toEqual({ chat: "built-in/extractive", embedding: "built-in/hashed-512" });
  });

  test("come from the provider whose key is set, by name or by default", () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "key");
    expect(modelInfo().chat).toMatch(/^anthropic\/claude-/);
    vi.stubEnv("OPENAI_API_KEY", "key");
    expect(modelInfo().chat).toMatch(/^openai\/gpt-/);
    vi.stubEnv("MODEL_NAME", "gpt-mine");
    vi.stubEnv("EMBEDDING_MODEL", "embed-mine");
    expect(modelInfo()).toEqual({ chat: "openai/gpt-mine", embedding: "openai/embed-mine" });
  });

  test("come from a base URL before any key", () => {
    vi.stubEnv("OPENAI_API_KEY", "key");
    vi.stubEnv("MODEL_BASE_URL", "http://127.0.0.1:9/v1");
    vi.stubEnv("MODEL_NAME", "local");
    expect(modelInfo()).toEqual({ chat: "compatible/local", embedding: "built-in/hashed-512" });
  });

  test.each([
    [{ MODEL_BASE_URL: "http://127.0.0.1:9/v1" }, "MODEL_NAME is not"],
    [{ MODEL_BASE_URL: "not a url", MODEL_NAME: "local" }, "MODEL_BASE_URL is not a URL"],
    [{ MODEL_NAME: "local" }, "no model server is"],
    [{ EMBEDDING_MODEL: "embed" }, "nothing that serves it"],
    [{ EMBEDDING_MODEL: "embed", ANTHROPIC_API_KEY: "key" }, "nothing that serves it"],
  ])("refuse %j with a coded error that says what to set", (variables, message) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(() => modelInfo()).toThrow(message);
    expect(() => modelInfo()).toThrow("MODEL_CONFIGURATION");
  });
});

describe("a model at MODEL_BASE_URL", () => {
  let server: Server;
  const requests: { url: string | undefined; authorization: string | undefined; body: string }[] = [];

  beforeEach(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        requests.push({ url: request.url, authorization: request.headers.authorization, body });
        const reply = request.url?.endsWith("/embeddings")
          ? { data: [{ embedding: [1, 0] }], usage: { prompt_tokens: 2 } }
          : { choices: [{ message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] };
        response.setHeader("content-type", "application/json").end(JSON.stringify(reply));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    vi.stubEnv("MODEL_BASE_URL", `http://127.0.0.1:${port}/v1`);
    vi.stubEnv("MODEL_NAME", "local");
    vi.stubEnv("MODEL_API_KEY", "secret");
    vi.stubEnv("EMBEDDING_MODEL", "embed");
  });
  afterEach(() => {
    server.close();
    requests.length = 0;
  });

  test("is called as any OpenAI-compatible server, for text and for embeddings", async () => {
    expect((await generateText({ model: chatModel(), prompt: "Hello" })).text).toBe("Hi");
    expect((await embed({ model: embeddingModel(), value: "Hello" })).embedding).toEqual([1, 0]);
    expect(requests.map(({ url }) => url)).toEqual(["/v1/chat/completions", "/v1/embeddings"]);
    expect(requests.map(({ authorization }) => authorization)).toEqual(["Bearer secret", "Bearer secret"]);
    expect(requests[0]?.body).toContain('"model":"local"');
    expect(requests[1]?.body).toContain('"model":"embed"');
  });
});

describe("the models as a Convex module", () => {
  test("bundle for the default runtime: nothing of Node in them", async () => {
    const entry = fileURLToPath(new URL("../../example/convex/models/index.ts", import.meta.url));
    const result = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      conditions: ["convex", "module"],
      logLevel: "silent",
    });
    expect(result.errors).toEqual([]);
    expect(result.outputFiles[0]?.text).not.toContain('"use node"');
  });
});
