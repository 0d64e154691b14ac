import { Alert } from "@mantine/core";
import type { ErrorText } from "../shell/errorText.js";

/** Why something that was tried did not come about; nothing where it did. */
export function FailureNotice({ failure }: { failure: ErrorText | null }) {
  if (failure === null) return null;
  return (
    <Alert role="alert" color="red" title={failure.title}>
      {failure.advice}
    </Alert>
  );
}
