import { Alert } from "@mantine/core";
import type { ErrorText } from "../shell/errorText.js";

type Props = {
  failure: ErrorText | null;
  /** Red for what failed; calmer where something cannot be shown. */
  color?: "red" | "yellow" | "gray";
};

/** Why something that was tried did not come about; nothing where it did. */
export function FailureNotice({ failure, color = "red" }: Props) {
  if (failure === null) return null;
  return (
    <Alert role="alert" color={color} title={failure.title}>
      {failure.advice}
    </Alert>
  );
}
