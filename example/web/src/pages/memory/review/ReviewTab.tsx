import { Stack } from "@mantine/core";
import { PageBoundary } from "../../../shell/PageBoundary.js";
import { ChooseConversation } from "../facts/ChooseConversation.js";
import { ScopePicker } from "../ScopePicker.js";
import { useScope } from "../useScope.js";
import { CandidateList } from "./CandidateList.js";

/** What waits for a person's word before it is known. */
export function ReviewTab() {
  const scope = useScope();
  return (
    <Stack gap="md">
      <ScopePicker scope={scope} />
      {scope.args === null ? (
        <ChooseConversation />
      ) : (
        <PageBoundary place={JSON.stringify(scope.args)}>
          <CandidateList scope={scope.args} />
        </PageBoundary>
      )}
    </Stack>
  );
}
