import { Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useParams } from "react-router";
import classes from "./chat.module.css";
import { Conversation } from "./Conversation.js";
import { ConversationBoundary } from "./ConversationBoundary.js";
import { ConversationHeader } from "./ConversationHeader.js";
import { NewConversation } from "./NewConversation.js";
import { ThreadsPanel } from "./ThreadsPanel.js";
import { ThreadRemovalContext, useThreadRemoval } from "./useThreadRemoval.js";

/** The caller's conversations, and the one that is open. */
export default function ChatPage() {
  const { threadId } = useParams();
  const [isListOpen, { open, close }] = useDisclosure(false);
  const remove = useThreadRemoval(threadId);
  return (
    <ThreadRemovalContext value={remove}>
      <div className={classes.page}>
        <aside className={classes.threads}>
          <ThreadsPanel openThreadId={threadId} />
        </aside>
        <Drawer
          opened={isListOpen}
          onClose={close}
          title="Conversations"
          size="min(20rem, 88vw)"
          padding={0}
          closeButtonProps={{ "aria-label": "Close the conversations" }}
          styles={{
            header: { padding: "0.75rem 1rem" },
            title: { fontWeight: 600 },
            body: { height: "calc(100% - 3.75rem)" },
          }}
        >
          <ThreadsPanel openThreadId={threadId} onChosen={close} />
        </Drawer>
        <section className={classes.conversation} aria-label="Conversation">
          <ConversationBoundary key={threadId}>
            <ConversationHeader threadId={threadId} onOpenList={open} />
            {threadId === undefined ? <NewConversation /> : <Conversation threadId={threadId} />}
          </ConversationBoundary>
        </section>
      </div>
    </ThreadRemovalContext>
  );
}
