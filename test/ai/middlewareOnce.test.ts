// One answer for one operationId, and prompts in all their forms.
import { generateText, isStepCount, streamText, type ModelMessage } from "ai";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FILE_STORE_MAX_BYTES } from "../../src/shared/runLimits.js";
import { codeOf, said } from "../support/aMemory.js";
import { countStored } from "../support/upload.js";
import { aLoop, rolesOf, runsOf, thermometer } from "./middlewareSupport.js";
import { asksFor, messagesOf, transcript } from "./support.js";

afterEach(() => vi.unstubAllGlobals());

const stopWhen = isStepCount(5);

describe("a loop with an operationId", () => {
  test("gives the first answer again without asking the model, whole and as a stream", async () => {
    const { weather, read } = thermometer();
    const loop = await aLoop([asksFor("Oslo"), { text: "7." }]);
    const ask = (operationId: string) => ({
      ...{ model: loop.bind({ operationId }).model, tools: { weather }, stopWhen },
      prompt: "Oslo?",
    });
    await generateText(ask("one"));
    expect((await generateText(ask("one"))).text).toBe("7.");
    expect(await streamText(ask("one")).text).toBe("7.");
    expect(read).toEqual(["Oslo"]);
    expect(await messagesOf(loop)).toHaveLength(4);
    expect(await codeOf(generateText({ ...ask("one"), prompt: "Rome?" }))).toBe("OPERATION_MISMATCH");
  });

  test("asks again where the first failed, without writing the prompt twice", async () => {
    const loop = await aLoop([{ error: "Down." }, { error: "Down." }, { text: "Hi." }]);
    const ask = () => generateText({ model: loop.bind({ operationId: "one" }).model, prompt: "Hello." });
    await expect(ask()).rejects.toThrow("Down.");
    await expect(ask()).rejects.toThrow("Down.");
    expect((await ask()).text).toBe("Hi.");
    expect((await ask()).text).toBe("Hi.");
    expect(transcript(await messagesOf(loop))).toEqual(["user: Hello.", "assistant: Hi."]);
  });

  test("tells turns of one middleware apart", async () => {
    const loop = await aLoop([{ text: "One." }, { text: "Two." }]);
    const both = async () => {
      const { model } = loop.bind({ operationId: "op" });
      const first = await generateText({ model, prompt: "First?" });
      return [first.text, (await generateText({ model, prompt: "Second?" })).text];
    };
    expect(await both()).toEqual(["One.", "Two."]);
    expect(await both()).toEqual(["One.", "Two."]);
    expect(await messagesOf(loop)).toHaveLength(4);
  });

  test("takes up what was left in the middle only when told", async () => {
    const { weather } = thermometer();
    const loop = await aLoop([asksFor("Oslo"), { text: "I do not know." }]);
    const asked = (resume: boolean) => ({
      model: loop.bind({ operationId: "one", resume }).model,
      ...{ tools: { weather }, prompt: "Oslo?" },
    });
    await generateText(asked(false)); // left behind its tool, as by a crash
    expect(await codeOf(generateText(asked(false)))).toBe("RUN_ACTIVE");
    expect((await generateText(asked(true))).text).toBe("I do not know.");
    expect(rolesOf(loop.scripted, 1)).toEqual(["user", "assistant", "tool"]);
    expect(await runsOf(loop)).toEqual(["0 completed"]);
  });
});

describe("a prompt", () => {
  test("may be in the thread already", async () => {
    const loop = await aLoop([{ text: "Norway." }]);
    const { places } = await loop.owner.messages.append(loop.ctx, {
      threadId: loop.threadId,
      messages: [said("user", "Where is Oslo?")],
    });
    const promptMessageId = places[0]?.messageId;
    await generateText({ model: loop.bind({ promptMessageId }).model, prompt: "Where is Oslo?" });
    expect(transcript(await messagesOf(loop))).toEqual(["user: Where is Oslo?", "assistant: Norway."]);
  });

  test("keeps addresses of files as they are, and bytes as files of who asks", async () => {
    const loop = await aLoop([{ text: "A cat." }]);
    vi.stubGlobal("fetch", async () => new Response("fetched", { headers: { "content-type": "image/png" } }));
    const content: Extract<ModelMessage, { role: "user" }>["content"] = [
      { type: "text", text: "What is it?" },
      { type: "file", mediaType: "image/png", filename: "cat.png", data: new TextEncoder().encode("meow") },
      { type: "file", mediaType: "image/png", data: "cHVycg==" },
      { type: "file", mediaType: "image/png", data: new URL("https://acme.example/cat.png") },
    ];
    await generateText({ model: loop.bind().model, messages: [{ role: "user", content }] });
    // The model takes no addresses.
    const datas = JSON.stringify(loop.scripted.calls[0]?.prompt[0]?.content).match(/"data":\{"type":"\w+"/g);
    expect(datas).toEqual(Array(3).fill('"data":{"type":"data"'));
    const [prompt] = await messagesOf(loop);
    expect(prompt?.parts).toMatchObject([
      { type: "text", text: "What is it?" },
      { type: "file", name: "cat.png", file: { kind: "stored" } },
      { type: "file", file: { kind: "stored" } },
      { type: "file", file: { kind: "url", url: "https://acme.example/cat.png" } },
    ]);
    expect(await countStored(loop)).toBe(2);
  });

  test("says in a text where a file cannot be kept, and warns", async () => {
    const loop = await aLoop([{ text: "Nothing." }]);
    const data = new Uint8Array(FILE_STORE_MAX_BYTES + 1);
    const file = { type: "file" as const, mediaType: "image/png", filename: "huge.png", data };
    const { model, middleware } = loop.bind();
    await generateText({ model, messages: [{ role: "user", content: [file] }] });
    expect(middleware.warnings).toEqual([expect.stringContaining("The file huge.png was not kept")]);
    const [prompt] = await messagesOf(loop);
    expect(prompt?.parts[0]).toEqual({ type: "text", text: expect.stringMatching("huge.png") as string });
    expect(await countStored(loop)).toBe(0);
  });
});
