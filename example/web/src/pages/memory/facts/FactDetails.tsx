import { Divider, Group, Stack, Text, Title } from "@mantine/core";
import type { Fact } from "convex-agent-memory";
import type { ReactNode } from "react";
import { api } from "../../../api.js";
import { useResult } from "../../../data/useResult.js";
import { LoadingState } from "../../../shell/states.js";
import { Moment } from "../../../text/Moment.js";
import classes from "../memory.module.css";
import { FactMarks, StateBadge, Validity } from "./factBits.js";
import { FactButtons } from "./FactButtons.js";
import { FactHistory } from "./FactHistory.js";
import { FactSources } from "./FactSources.js";
import type { FactActions } from "./factActions.js";
import { closedAtOf, factText, ORIGINS, reasonOf } from "./factWords.js";

const SCOPES: Readonly<Record<Fact["scope"], string>> = {
  user: "You, in every conversation",
  tenant: "Everyone of your tenant",
  thread: "Those who take part in its conversation",
  agent: "The agent, for everyone it answers",
};

/** A fact: what it says, when it was true and believed, where it comes from, and what can be done about it. */
export function FactDetails({ factId, actions }: { factId: string; actions: FactActions }) {
  const fact = useResult(api.knowledge.getFact, { factId });
  if (fact.kind === "loading") return <LoadingState label="Loading the fact" />;
  if (fact.kind === "failed") throw fact.error; // the boundary around it says it
  const { value } = fact;
  return (
    <Stack gap="lg">
      <div>
        <Text
          size="lg"
          fw={500}
          className={classes["text"]}
          c={value.state.kind === "forgotten" ? "dimmed" : undefined}
        >
          {factText(value)}
        </Text>
        <Group gap={6} mt={6}>
          <StateBadge state={value.state} />
          <FactMarks fact={value} />
        </Group>
      </div>
      <FactButtons fact={value} actions={actions} />
      <Divider />
      <FactTimes fact={value} />
      <Section title="Where it comes from">
        <FactSources fact={value} />
      </Section>
      <Section title="History">
        <FactHistory factId={factId} />
      </Section>
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Title order={3} size="h6" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  );
}

function FactTimes({ fact }: { fact: Fact }) {
  const { key, importance, recordedAt, confirmedAt, recalledAt, scope, origin } = fact;
  const closedAt = closedAtOf(fact);
  const reason = reasonOf(fact);
  return (
    <dl className={classes["pairs"]}>
      {key !== undefined && <Pair name="About">{key}</Pair>}
      <Pair name="True">
        <Validity fact={fact} />
      </Pair>
      <Pair name="Learned">
        <Moment at={recordedAt} />
      </Pair>
      {confirmedAt !== undefined && (
        <Pair name="Confirmed">
          <Moment at={confirmedAt} />
        </Pair>
      )}
      {closedAt !== undefined && (
        <Pair name="Closed">
          <Moment at={closedAt} />
          {reason !== undefined && `: ${reason}`}
        </Pair>
      )}
      <Pair name="Written">{ORIGINS[origin]}</Pair>
      <Pair name="Known to">{SCOPES[scope]}</Pair>
      <Pair name="Importance">{importance === undefined ? "As any other" : importance.toFixed(2)}</Pair>
      <Pair name="Last used">
        {recalledAt === undefined ? "Not yet by any answer" : <Moment at={recalledAt} isDay />}
      </Pair>
    </dl>
  );
}

function Pair({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
