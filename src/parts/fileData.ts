import type { FilePart } from "ai";

/** A file whose bytes stand in a message: `data` is bytes, or base 64 text. */
export type InlineFile = { mediaType: string; name?: string; data: Uint8Array | string };

/** What the data of a file part turns out to be. */
export type FileContent =
  | { kind: "inline"; data: Uint8Array | string; mediaType?: string }
  | { kind: "url"; url: string }
  | { kind: "text"; text: string }
  | { kind: "reference"; reference: unknown };

/** Reads each form that the AI SDK takes for a file: tagged, bytes, base 64, an address, a provider's reference. */
export function readFileData(data: FilePart["data"]): FileContent {
  if (typeof data === "string") return readText(data);
  if (data instanceof URL) return readText(data.href);
  if (data instanceof Uint8Array) return { kind: "inline", data };
  if (data instanceof ArrayBuffer) return { kind: "inline", data: new Uint8Array(data) };
  switch (data.type) {
    case "data":
      return readFileData(data.data);
    case "url":
      return readFileData(data.url);
    case "text":
      return { kind: "text", text: String(data.text) };
    default:
      return { kind: "reference", reference: "reference" in data ? data.reference : data };
  }
}

const DATA_URL = /^data:([^;,]*)(;[^,]*)?,/;

/** A text is an address, a data URL, or base 64. */
function readText(text: string): FileContent {
  const dataUrl = DATA_URL.exec(text);
  if (dataUrl === null)
    return /^[a-z][a-z0-9+.-]*:/i.test(text) ? { kind: "url", url: text } : { kind: "inline", data: text };
  const body = text.slice(dataUrl[0].length);
  const mediaType = dataUrl[1] === "" ? {} : { mediaType: dataUrl[1] };
  if (dataUrl[2]?.endsWith(";base64") === true) return { kind: "inline", data: body, ...mediaType };
  return { kind: "inline", data: new TextEncoder().encode(decodeText(body)), ...mediaType };
}

function decodeText(body: string): string {
  try {
    return decodeURIComponent(body);
  } catch {
    return body;
  }
}

/** The bytes of a file, counted without decoding base 64. */
export function fileBytes(data: Uint8Array | string): number {
  if (typeof data !== "string") return data.byteLength;
  const padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
  return Math.floor((data.length * 3) / 4) - padding;
}
