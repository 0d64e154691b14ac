import { Alert } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useConvexConnectionState } from "convex/react";

/** Says that what is shown may be old, while there is no connection. */
export function ConnectionNotice() {
  const { isWebSocketConnected, hasEverConnected } = useConvexConnectionState();
  if (isWebSocketConnected || !hasEverConnected) return null;
  return (
    <Alert
      role="status"
      color="yellow"
      radius={0}
      icon={<IconPlugConnectedX aria-hidden />}
      title="You are offline"
    >
      What you see may be old. It goes on by itself as soon as the connection is back; what you send waits
      until then.
    </Alert>
  );
}
