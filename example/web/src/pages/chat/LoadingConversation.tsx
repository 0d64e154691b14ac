import { Skeleton, Stack } from "@mantine/core";
import classes from "./chat.module.css";

/** The shape of a conversation while it is on its way. */
export function LoadingConversation() {
  return (
    <div className={classes.messages}>
      <Stack role="status" aria-label="Loading the conversation" p="md" maw="44rem" mx="auto" gap="lg">
        <Skeleton h={38} w="45%" ml="auto" radius="lg" />
        <Stack gap="xs">
          <Skeleton h={12} />
          <Skeleton h={12} w="92%" />
          <Skeleton h={12} w="70%" />
        </Stack>
        <Skeleton h={38} w="35%" ml="auto" radius="lg" />
        <Stack gap="xs">
          <Skeleton h={12} />
          <Skeleton h={12} w="80%" />
        </Stack>
      </Stack>
    </div>
  );
}
