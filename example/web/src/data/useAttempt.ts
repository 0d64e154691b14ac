import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { errorText, type ErrorText } from "../shell/errorText.js";

/** Something that a person does: whether it is under way, and why it did not come about. */
export type Attempt<Failure extends ErrorText = ErrorText> = {
  isBusy: boolean;
  failure: Failure | null;
  /** Does it once at a time; `done` is told in passing. True when it came about. */
  attempt: (work: () => Promise<unknown>, done?: string) => Promise<boolean>;
  clear: () => void;
};

/** Keeps what one form or row does; `wordsOf` says why it failed, in other words than the usual. */
export function useAttempt(): Attempt;
export function useAttempt<Failure extends ErrorText>(wordsOf: (error: unknown) => Failure): Attempt<Failure>;
export function useAttempt(wordsOf: (error: unknown) => ErrorText = errorText): Attempt {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorText | null>(null);
  const attempt = async (work: () => Promise<unknown>, done?: string): Promise<boolean> => {
    if (isBusy) return false;
    setBusy(true);
    setFailure(null);
    try {
      await work();
      if (done !== undefined) notifications.show({ message: done, autoClose: 4_000 });
      return true;
    } catch (error) {
      setFailure(wordsOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, failure, attempt, clear: () => setFailure(null) };
}
