import { Blockquote, Text } from "@mantine/core";
import { useQuery } from "convex/react";
import { api } from "../../api.js";
import { fieldOf, readJson } from "../../data/json.js";
import { QuietBoundary } from "../../messages/QuietBoundary.js";

/** Tools whose input is an id that says nothing to a person: what it stands for is shown in its place. */
export const isToldInWords = (toolName: string): boolean => toolName === "forget";

/** What an input names by an id only: the words of a fact that is to be erased. */
export function WhatIsMeant({ toolName, input }: { toolName: string; input: string }) {
  const factId = fieldOf(readJson(input).value, "factId");
  if (!isToldInWords(toolName) || typeof factId !== "string") return null;
  return (
    <QuietBoundary key={factId} fallback={<NotThere />}>
      <FactWords factId={factId} />
    </QuietBoundary>
  );
}

const NotThere = () => (
  <Text size="sm" c="dimmed">
    The fact that it names is not there: nothing would be erased.
  </Text>
);

function FactWords({ factId }: { factId: string }) {
  const fact = useQuery(api.knowledge.getFact, { factId });
  if (fact === undefined) return null;
  return (
    <Blockquote p="sm" my={0} dir="auto">
      {fact.text}
    </Blockquote>
  );
}
