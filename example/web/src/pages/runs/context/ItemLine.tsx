import { Anchor, Badge, Group, Text } from "@mantine/core";
import { IconArrowUpRight } from "@tabler/icons-react";
import type { Block, Chunk, Fact, Message } from "convex-agent-memory";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { api } from "../../../api.js";
import { useResult, type Result } from "../../../data/useResult.js";
import { blockAddress, chatAddress, documentAddress, factAddress } from "../../../shell/addresses.js";
import { formatTokens } from "../../../shell/formats.js";
import { textIn } from "../TextOf.js";
import { rankWords, type Item } from "./sections.js";

/** One thing that the model was shown: what it is, why unless the one before said so, and the way to where it is from. */
export function ItemLine({ item, isWhyKnown = false }: { item: Item; isWhyKnown?: boolean }) {
  const { why, tokens } = item;
  const ranks = rankWords(item.ranks);
  const isSaid = isWhyKnown && ranks === "" && tokens === undefined;
  return (
    <li>
      <ItemSource item={item} />
      {!isSaid && (
        <Text size="xs" c="dimmed" fw={400}>
          {ranks === "" ? sentence(why) : `Found for the prompt: ${ranks}.`}
          {tokens === undefined ? "" : ` ${formatTokens(tokens)}.`}
        </Text>
      )}
    </li>
  );
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

function ItemSource({ item }: { item: Item }) {
  switch (item.kind) {
    case "fact":
      return <FactLine item={item} />;
    case "chunk":
      return <ChunkLine item={item} />;
    case "block":
      return <BlockLine item={item} />;
    case "message":
      return <MessageLine item={item} />;
    case "summary":
      return <Line kind="Summary" text="What stands for the older messages of this conversation." />;
    default:
      return <Line kind="Agent" text="What the agent is told to be, and the tools that it may use." />;
  }
}

type LineProps = { kind: string; text: string; to?: string; label?: string };

/** A line with the kind, the words and the way to them. */
function Line({ kind, text, to, label = "Open" }: LineProps) {
  return (
    <Group gap="xs" align="baseline">
      <Badge size="xs" variant="outline" color="gray" style={{ flex: "none" }}>
        {kind}
      </Badge>
      <Text
        size="sm"
        fw={400}
        dir="auto"
        lineClamp={3}
        style={{ overflowWrap: "anywhere", flex: "1 1 11rem" }}
      >
        {text}
      </Text>
      {to !== undefined && (
        <Anchor
          component={Link}
          to={to}
          size="xs"
          fw={400}
          style={{ flex: "none" }}
          aria-label={`${label}: ${text.slice(0, 60)}`}
        >
          {label} <IconArrowUpRight size={12} aria-hidden />
        </Anchor>
      )}
    </Group>
  );
}

const GONE = "It was erased since.";

/** The source of an item, while it is there. */
function Found<Source>({
  found,
  kind,
  children,
}: {
  found: Result<Source>;
  kind: string;
  children: (source: Source) => ReactNode;
}) {
  if (found.kind === "loading") return <Line kind={kind} text="…" />;
  return found.kind === "failed" ? <Line kind={kind} text={GONE} /> : children(found.value);
}

function FactLine({ item: { id } }: { item: Item }) {
  const found = useResult(api.knowledge.getFact, id === undefined ? "skip" : { factId: id });
  return (
    <Found<Fact> found={found} kind="Fact">
      {({ text, factId, state }) =>
        state.kind === "forgotten" ? (
          <Line kind="Fact" text={GONE} />
        ) : (
          <Line kind="Fact" text={text} label="Open the fact" to={factAddress(factId)} />
        )
      }
    </Found>
  );
}

function ChunkLine({ item: { id } }: { item: Item }) {
  const found = useResult(api.documents.getChunk, id === undefined ? "skip" : { chunkId: id });
  return (
    <Found<Chunk> found={found} kind="Passage">
      {({ text, chunkId, documentKey }) => (
        <Line
          kind="Passage"
          text={text}
          label="Open the passage"
          to={documentAddress(documentKey, chunkId)}
        />
      )}
    </Found>
  );
}

function BlockLine({ item: { id, version } }: { item: Item }) {
  const found = useResult(api.knowledge.listBlocks, { scope: "user" });
  return (
    <Found<Block[]> found={found} kind="Block">
      {(blocks) => {
        const block = blocks.find(({ blockId }) => blockId === id);
        if (block === undefined)
          return <Line kind="Block" text={`Version ${version} of a block.`} to="/memory/blocks" />;
        const isNow = block.version === version;
        const text = isNow
          ? `${block.label}: ${block.value}`
          : `${block.label}, version ${version}. It is version ${block.version} now.`;
        return <Line kind="Block" text={text} label="Open the block" to={blockAddress(block.label)} />;
      }}
    </Found>
  );
}

function MessageLine({ item: { id } }: { item: Item }) {
  const found = useResult(api.chat.getMessage, id === undefined ? "skip" : { messageId: id });
  if (id === undefined) return <Line kind="Message" text={GONE} />;
  return (
    <Found<Message> found={found} kind="Message">
      {(message) => (
        <Line
          kind={ROLES[message.role]}
          text={wordsOf(message)}
          label="Open the message"
          to={chatAddress(message.threadId, message.messageId)}
        />
      )}
    </Found>
  );
}

const ROLES: Record<Message["role"], string> = {
  user: "Said",
  assistant: "Answered",
  tool: "Tool result",
  system: "System",
};

/** What a message says, in a line. */
function wordsOf({ parts }: Message): string {
  const text = textIn(parts);
  if (text !== "") return text;
  const words = parts.flatMap((part) => {
    if (part.type === "toolCall") return [`asked for ${part.toolName}: ${part.input}`];
    return part.type === "toolResult" ? [`${part.toolName}: ${part.output}`] : [];
  });
  return words.length === 0 ? "No text." : words.join("; ");
}
