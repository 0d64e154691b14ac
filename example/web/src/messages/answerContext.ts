import { createContext } from "react";
import type { NumberedCitation } from "./citations.js";

/** What the parts of one answer need of it. */
export type Answer = {
  cited: readonly NumberedCitation[];
  /** Absent where nothing shows sources. */
  openSource?: (source: NumberedCitation) => void;
};

export const AnswerContext = createContext<Answer>({ cited: [] });
