import type { PartCodec, ShowPart } from "./codec.js";
import { parseJson, toJsonText } from "./json.js";

/** What an app shows beside the words of a message. Models are not shown it. */
export const data: PartCodec<"data"> = {
  encode({ name, id, data: value }) {
    const dataId = id === undefined ? {} : { dataId: id };
    return { type: "data", name, ...dataId, data: toJsonText(value) ?? "null" };
  },

  toModel() {
    return null;
  },
};

/** As an interface shows it. */
export const dataToUI: ShowPart<"data"> = ({ name, dataId, data: text }) => {
  return { type: `data-${name}`, ...(dataId === undefined ? {} : { id: dataId }), data: parseJson(text) };
};
