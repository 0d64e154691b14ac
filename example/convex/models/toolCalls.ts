import {
  type JSONSchema7,
  type LanguageModelV4CallOptions,
  type LanguageModelV4FunctionTool,
} from "@ai-sdk/provider";
import { type Passage } from "./passages.js";
import { questionParts, searchQuery } from "./questionParts.js";
import { type Turn } from "./readTurn.js";

/** A call that the model asks for; `input` as an object. */
export type PlannedCall = { toolName: string; input: unknown };

/** Names of an input that takes search words, and of one that takes a question as it is. */
const QUERY_FIELDS = ["query", "q", "search", "keywords", "searchQuery"];
const QUESTION_FIELDS = ["question", "prompt"];
/** Names of an input that takes what a search result is known by. */
const REFERENCE_FIELDS = ["key", "chunkId", "documentId", "path", "id"];

/** The tools that may be called now, by the caller's choice. */
export function callableTools(options: LanguageModelV4CallOptions): LanguageModelV4FunctionTool[] {
  const { tools = [], toolChoice } = options;
  const callable = tools.filter((tool) => tool.type === "function");
  if (toolChoice?.type === "none") return [];
  return toolChoice?.type === "tool" ? callable.filter(({ name }) => name === toolChoice.toolName) : callable;
}

/** One search for each part of the question by the first tool that can search and was not asked in this turn. */
export function planSearches(turn: Turn, tools: LanguageModelV4FunctionTool[]): PlannedCall[] {
  for (const { name, inputSchema } of tools) {
    const field = stringField(inputSchema, [...QUERY_FIELDS, ...QUESTION_FIELDS]);
    if (field === null || wasCalled(turn, name)) continue;
    const parts = questionParts(turn.question);
    const inputs = parts.map((part, index) => {
      const context = index === 0 ? turn.earlierQuestion : (parts[0] ?? "");
      const words = QUERY_FIELDS.includes(field) ? searchQuery(part, context) : part;
      return { ...asRecord(fillSchema(inputSchema, words)), [field]: words };
    });
    return inputs.map((input) => ({ toolName: name, input }));
  }
  return [];
}

/** Tools that search what is known of the user and what was said, by their names. */
const SEARCHES_MEMORY = /recall|memor/i;

/** The tools that search memory, and the others. */
export function splitByMemory(tools: LanguageModelV4FunctionTool[]) {
  const isOfMemory = ({ name }: LanguageModelV4FunctionTool) => SEARCHES_MEMORY.test(name);
  return { memory: tools.filter(isOfMemory), others: tools.filter((tool) => !isOfMemory(tool)) };
}

/** A call that reads more of the best result, by a tool that takes what the result is known by. */
export function planReading(
  turn: Turn,
  tools: LanguageModelV4FunctionTool[],
  passages: Passage[],
): PlannedCall[] {
  for (const { name, inputSchema } of tools) {
    const field = stringField(inputSchema, REFERENCE_FIELDS);
    // A tool that wants more than that does something else with it.
    const takesMore = (inputSchema.required ?? []).some((required) => required !== field);
    if (field === null || takesMore || wasCalled(turn, name)) continue;
    if (stringField(inputSchema, QUERY_FIELDS) !== null) continue;
    const reference = passages.map(({ fields }) => fields[field]).find((value) => typeof value === "string");
    if (reference === undefined) continue;
    return [{ toolName: name, input: { ...asRecord(fillSchema(inputSchema, "")), [field]: reference } }];
  }
  return [];
}

/** The call that a caller insists on, with the least input that its schema takes. */
export function planRequired(
  options: LanguageModelV4CallOptions,
  tools: LanguageModelV4FunctionTool[],
  text: string,
) {
  const tool = tools[0];
  const isRequired = options.toolChoice?.type === "required" || options.toolChoice?.type === "tool";
  if (!isRequired || tool === undefined) return [];
  return [{ toolName: tool.name, input: fillSchema(tool.inputSchema, text) }];
}

/** The least value that a JSON schema takes, as far as its types tell; `text` stands wherever a string is free. */
export function fillSchema(schema: JSONSchema7 | boolean | undefined, text: string): unknown {
  if (schema === undefined || typeof schema === "boolean") return text;
  const fixed = schema.const ?? schema.default ?? schema.enum?.[0];
  if (fixed !== undefined) return fixed;
  const variant = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  return variant === undefined ? fillType(schema, text) : fillSchema(variant, text);
}

function fillType(schema: JSONSchema7, text: string): unknown {
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
      return fillObject(schema, text);
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => fillSchema(itemSchema(schema), text));
    case "number":
    case "integer":
      return schema.minimum ?? 1;
    case "boolean":
      return false;
    case "null":
      return null;
    case "string":
    case undefined:
      return text.slice(0, schema.maxLength);
  }
}

function fillObject(schema: JSONSchema7, text: string): Record<string, unknown> {
  const required = schema.required ?? [];
  return Object.fromEntries(required.map((name) => [name, fillSchema(schema.properties?.[name], text)]));
}

function itemSchema({ items }: JSONSchema7): JSONSchema7 | boolean | undefined {
  return Array.isArray(items) ? items[0] : items;
}

/** The first of these names under which a schema takes a text. */
export function stringField(schema: JSONSchema7, names: string[]): string | null {
  const isString = (name: string) => {
    const property = schema.properties?.[name];
    return typeof property === "object" && property.type === "string";
  };
  return names.find(isString) ?? null;
}

const wasCalled = (turn: Turn, toolName: string) =>
  turn.outputs.some((output) => output.toolName === toolName);

/** A value as an object, an empty one where it is none. */
export function asRecord(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
