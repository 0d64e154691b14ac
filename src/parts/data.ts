import type { PartCodec } from "./codec.js";
import { parseJson, toJsonText } from "./json.js";

// What an app shows beside the words of a message. Models are not shown it.

/** From the AI SDK. */
export const encode: PartCodec<"data">["encode"] = ({ name, id, data: value }) => {
  const dataId = id === undefined ? {} : { dataId: id };
  return { type: "data", name, ...dataId, data: toJsonText(value) ?? "null" };
};

/** To a model. */
export const toModel: PartCodec<"data">["toModel"] = () => {
  return null;
};

/** To an interface. */
export const toUI: PartCodec<"data">["toUI"] = ({ name, dataId, data: text }) => {
  return { type: `data-${name}`, ...(dataId === undefined ? {} : { id: dataId }), data: parseJson(text) };
};
