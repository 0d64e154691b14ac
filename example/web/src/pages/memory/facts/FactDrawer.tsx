import { Drawer } from "@mantine/core";
import { PageBoundary } from "../../../shell/PageBoundary.js";
import { FactDetails } from "./FactDetails.js";
import type { FactActions } from "./factActions.js";

type Props = { factId: string | null; onClose: () => void; actions: FactActions };

/** All that is known of one fact, beside the list. */
export function FactDrawer({ factId, onClose, actions }: Props) {
  return (
    <Drawer
      opened={factId !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title="Fact"
      closeButtonProps={{ "aria-label": "Close the fact" }}
    >
      {factId !== null && (
        <PageBoundary key={factId}>
          <FactDetails factId={factId} actions={actions} />
        </PageBoundary>
      )}
    </Drawer>
  );
}
