import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "convex/react";
import { Link } from "react-router";
import { api } from "../../api.js";
import { useSession } from "../../session/useSession.js";
import classes from "./chat.module.css";
import { Composer } from "./Composer.js";
import { Examples } from "./Examples.js";
import { useBegin } from "./useBegin.js";

/** The start of a conversation: it exists once something is said. */
export function NewConversation() {
  const { user } = useSession();
  const begin = useBegin();
  const documents = useQuery(api.documents.countDocuments, { scope: "tenant" });
  return (
    <>
      <div className={classes.welcome}>
        <Stack gap="lg" maw="36rem" w="100%">
          <Title order={3} size="h2" fw={600}>
            {`What would you like to know, ${user.name}?`}
          </Title>
          <Text c="dimmed">
            Answers come from your documents, each claim with its source. What you ask to remember is known in
            every conversation.
          </Text>
          {documents?.documents === 0 && (
            <Text>
              There is no document yet. <Link to="/documents">Add some</Link> to ask about them.
            </Text>
          )}
          <Examples onAsk={begin} />
        </Stack>
      </div>
      <Composer draftKey="new" isFocused onSend={begin} />
    </>
  );
}
