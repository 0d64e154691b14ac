import { Button, Stack, Text, Title } from "@mantine/core";
import { newOperationId, useSend } from "convex-agent-memory/react";
import { useMutation, useQuery } from "convex/react";
import { useRef } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api.js";
import { useSession } from "../../session/useSession.js";
import classes from "./chat.module.css";
import { Composer, type Prompt } from "./Composer.js";
import { titleFrom } from "./threadTitle.js";
import { writeDraft } from "./useDraft.js";

const EXAMPLES = [
  "What do the documents tell, in short?",
  "Remember that I deploy on Fridays.",
  "What do you know about me?",
];

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
          <Stack gap="xs" align="flex-start" role="group" aria-label="Examples">
            {EXAMPLES.map((example) => (
              <Button
                key={example}
                variant="default"
                radius="xl"
                size="sm"
                fw={400}
                onClick={() =>
                  void begin({ text: example, fileIds: [] }).catch(() =>
                    writeDraft(user.subject, "new", example),
                  )
                }
              >
                {example}
              </Button>
            ))}
          </Stack>
        </Stack>
      </div>
      <Composer draftKey="new" isFocused onSend={begin} />
    </>
  );
}

/** Makes a conversation, says the first thing in it and opens it; a try again after a failure goes on where that was. */
function useBegin(): (prompt: Prompt) => Promise<void> {
  const create = useMutation(api.chat.createThread);
  const send = useSend(api.ask.send);
  const navigate = useNavigate();
  const made = useRef<string | null>(null);
  return async ({ text, fileIds }) => {
    if (made.current === null) {
      const title = titleFrom(text);
      const named = title === undefined ? {} : { title };
      const { threadId } = await create({ ...named, operationId: newOperationId() });
      made.current = threadId;
    }
    const threadId = made.current;
    await send({ threadId, prompt: text, ...(fileIds.length === 0 ? {} : { fileIds }) });
    await navigate(`/chat/${threadId}`, { state: { isFresh: true } });
  };
}
