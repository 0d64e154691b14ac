import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHost, type Host } from "../../host/index.js";

// Only the host cuts and ranks words as Convex does.
const appDirectory = fileURLToPath(new URL("../../eval/app", import.meta.url));
const said = {
  chinese: "我昨天在北京买了一本关于记忆的书",
  japanese: "東京の猫カフェはとても静かでした",
  korean: "서울에서 김치찌개를 먹었어요",
  russian: "Вчера я купил ёлку на Красной площади",
  greek: "Ο γάτος κοιμάται στην κουζίνα",
  french: "Nous avons dîné à l'hôtel près de la forêt",
  german: "Die Straße nach Zürich war gesperrt",
  thai: "ฉันชอบกินข้าวผัด",
  emoji: "That was great 🎉",
  flag: "Moving soon 🇳🇴",
  mixed: "Convexデータベースを使う",
  english: "She taught the children to swim",
};

describe("what is found on text search as Convex has it", () => {
  let host: Host;
  let threadId: string;
  const userId = "polyglot";
  beforeAll(async () => {
    host = await startHost({ appDirectory, listen: false });
    threadId = (await host.call("mutation", "memory:createThread", { userId })) as string;
    const messages = Object.values(said).map((text) => ({ role: "user", parts: [{ type: "text", text }] }));
    await host.call("mutation", "memory:append", { userId, threadId, messages });
  });
  afterAll(() => host.close());

  const ask = async (query: string): Promise<string | undefined> => {
    const hits = (await host.call("action", "memory:ask", { userId, threadId, query })) as {
      sourceId: string;
    }[];
    const rows = await host.readTable("agentMemory", "messages");
    const row = rows.find(({ _id }) => _id === hits[0]?.sourceId);
    const [part] = (row?.["parts"] ?? []) as { text: string }[];
    return part?.text;
  };

  test.each([
    ["北京的书", said.chinese],
    ["記憶 记忆", said.chinese],
    ["猫カフェ", said.japanese],
    ["猫", said.japanese],
    ["김치찌개", said.korean],
    ["Где елку", said.russian],
    ["красной ПЛОЩАДИ", said.russian],
    ["γατος", said.greek],
    ["hotel foret", said.french],
    ["Hôtel", said.french],
    ["strasse zurich", said.german],
    ["ข้าวผัด", said.thai],
    ["🎉", said.emoji],
    ["🇳🇴?", said.flag],
    ["データ", said.mixed],
    ["convex", said.mixed],
    ["Who teaches a child swimming?", said.english],
    ["teach", said.english],
  ])("%s", async (query, expected) => {
    expect(await ask(query)).toBe(expected);
  });

  test("a question of 40 words of which one is told by no other message", async () => {
    const filler =
      "please could you help me think about how things work out with good people and some other places";
    expect(await ask(`${filler} ${filler} Zürich`)).toBe(said.german);
  });
});
