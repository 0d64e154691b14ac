import { Badge, Group, Paper, Stack, Text } from "@mantine/core";
import type { Fact } from "convex-agent-memory";
import { toUIMessages, type ThreadMessage } from "convex-agent-memory/react";
import { useQueries, useQuery } from "convex/react";
import { useMemo } from "react";
import { api } from "../api.js";
import { blockAddress, chatAddress, factAddress } from "../shell/addresses.js";
import { timeOf } from "../shell/formats.js";
import { LoadingSource } from "./LoadingSource.js";
import { Onward } from "./Onward.js";
import { passagesIn, rowIdOf, textOf } from "./parts.js";

/** The facts that an answer's model was shown, of which those that it quotes are what a citation means. */
export function FactSource({ message, factKey }: { message: ThreadMessage; factKey: string }) {
  const context = useQuery(api.inspect.explainContext, { messageId: rowIdOf(message) });
  const found = passagesIn(message.parts).flatMap(({ factId }) => (factId === undefined ? [] : [factId]));
  const shown = shownOfKind(context, "fact");
  const factIds = [...new Set([...shown, ...found])];
  const facts = useFacts(factIds);
  if (context === undefined || facts === undefined) return <LoadingSource />;
  const ofKey = facts.filter(({ key = "" }) => key === factKey);
  const quoted = ofKey.filter(({ text }) => textOf(message).includes(text));
  const meant = quoted.length > 0 ? quoted : ofKey;
  if (meant.length === 0) return <Text c="dimmed">This fact was erased since the answer was written.</Text>;
  return (
    <>
      {meant.map((fact) => (
        <FactCard key={fact.factId} fact={fact} />
      ))}
    </>
  );
}

type Explained = typeof api.inspect.explainContext._returnType;

const shownOfKind = (context: Explained | undefined, kind: string): string[] =>
  (context?.sections ?? []).flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === kind && item.id !== undefined ? [item.id] : [])),
  );

/** Those of the facts that are still there; undefined until all are read. */
function useFacts(factIds: string[]): Fact[] | undefined {
  const ids = factIds.join(" ");
  // A new object would be watched anew with each rendering.
  const queries = useMemo(() => {
    const asked = ids.split(" ").filter((factId) => factId !== "");
    return Object.fromEntries(
      asked.map((factId) => [factId, { query: api.knowledge.getFact, args: { factId } }]),
    );
  }, [ids]);
  const results = useQueries(queries);
  const read = factIds.map((factId): unknown => results[factId]);
  if (read.includes(undefined)) return undefined;
  return read.filter((fact): fact is Fact => !(fact instanceof Error));
}

function FactCard({ fact }: { fact: Fact }) {
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Text dir="auto" style={{ overflowWrap: "anywhere" }}>
          {fact.text}
        </Text>
        <Group gap="xs">
          {fact.key !== undefined && <Badge variant="light">{fact.key}</Badge>}
          <Text size="xs" c="dimmed">
            Holds since {timeOf(fact.validFrom)}
          </Text>
        </Group>
        <Onward to={factAddress(fact.factId)}>Open in Memory</Onward>
      </Stack>
    </Paper>
  );
}

/** The block as it stands now. */
export function BlockSource({ label }: { label: string }) {
  const blocks = useQuery(api.knowledge.listBlocks, { scope: "user" });
  if (blocks === undefined) return <LoadingSource />;
  const block = blocks.find((one) => one.label === label);
  if (block === undefined) return <Text c="dimmed">There is no block “{label}” any more.</Text>;
  return (
    <>
      <Paper withBorder p="md">
        <Text dir="auto" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {block.value}
        </Text>
      </Paper>
      <Text size="xs" c="dimmed">
        Version {block.version}, which is in front of the researcher in every conversation.
      </Text>
      <Onward to={blockAddress(label)}>Open in Memory</Onward>
    </>
  );
}

type SaidSourceProps = { message: ThreadMessage; text: string; place: string };

/** Something that was said, in this conversation or in another. */
export function SaidSource({ message, text, place }: SaidSourceProps) {
  const context = useQuery(api.inspect.explainContext, { messageId: rowIdOf(message) });
  const read = passagesIn(message.parts).find(({ citation }) => citation === text);
  const messageId = messageAt(context, place);
  const said = useQuery(api.chat.getMessage, messageId === undefined ? "skip" : { messageId });
  if (context === undefined || (messageId !== undefined && said === undefined)) return <LoadingSource />;
  const words = said === undefined ? read?.text : toUIMessages([said]).map(textOf).join("\n\n");
  return (
    <>
      <Paper withBorder p="md">
        <Text dir="auto" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {words ?? "What was said is not there any more."}
        </Text>
      </Paper>
      {said !== undefined && (
        <Onward to={chatAddress(said.threadId, said.messageId)}>Open it in its conversation</Onward>
      )}
    </>
  );
}

/** The message of a place such as `3.1` among those that the answer's model was shown. */
const messageAt = (context: Explained | undefined, place: string): string | undefined =>
  (context?.sections ?? [])
    .flatMap(({ items }) => items)
    .find((item) => item.kind === "message" && `${item.place?.turn}.${item.place?.step}` === place)?.id;
