import { Stack } from "@mantine/core";
import { InScope } from "../InScope.js";
import { ScopePicker } from "../ScopePicker.js";
import { useScope } from "../useScope.js";
import { CandidateList } from "./CandidateList.js";

/** What waits for a person's word before it is known. */
export function ReviewTab() {
  const scope = useScope();
  return (
    <Stack gap="md">
      <ScopePicker scope={scope} />
      <InScope scope={scope}>{(args) => <CandidateList scope={args} />}</InScope>
    </Stack>
  );
}
