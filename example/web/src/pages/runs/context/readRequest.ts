import { fieldOf, readJson } from "../../../data/json.js";

export type ReadRequest = {
  instructions: string;
  tools: { name: string; description: string }[];
  messages: { role: string; content: string }[];
};

/** A request from its canonical JSON; what cannot be read is shown as it is. */
export function readRequest(text: string): ReadRequest {
  const read = readJson(text);
  const value = read.isValid ? read.value : { messages: [{ role: "", content: text }] };
  const [instructions, tools, messages] = ["instructions", "tools", "messages"].map((name) =>
    fieldOf(value, name),
  );
  return {
    instructions: typeof instructions === "string" ? instructions : asText(instructions),
    tools: listOf(tools).map((tool) => ({
      ...(tool as object),
      name: asText(fieldOf(tool, "name")),
      description: asText(fieldOf(tool, "description")),
    })),
    messages: listOf(messages).map((message) => ({
      role: asText(fieldOf(message, "role")),
      content: contentText(fieldOf(message, "content")),
    })),
  };
}

/** Texts as they are, everything else as JSON. */
function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return listOf(content)
    .map((part) => {
      const text = fieldOf(part, "type") === "text" ? fieldOf(part, "text") : undefined;
      return typeof text === "string" ? text : JSON.stringify(part, null, 2);
    })
    .join("\n\n");
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const asText = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value, null, 2);
