import { useAttempt, type Attempt } from "../../data/useAttempt.js";
import { problemOf, type SendProblem } from "./sendProblem.js";

/** Keeps what one part of a conversation sends, and until when it is sure to be refused. */
export const useSending = (): Attempt<SendProblem> => useAttempt(problemOf);
