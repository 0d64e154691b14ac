import { Anchor, Button, CloseButton, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconSearch, IconSearchOff } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { Link } from "react-router";
import { useRecall, type Recalled } from "../../data/useRecall.js";
import { HEADING_MARK } from "../../messages/citations.js";
import { EmptyState, ErrorState, LoadingState } from "../../shell/states.js";
import { plural } from "../../shell/formats.js";
import { Passage } from "../../text/Passage.js";
import { documentAddress } from "../../shell/addresses.js";
import classes from "./documents.module.css";

const SEARCH_MAX_TOKENS = 2_000;
const SEARCH_MAX_HITS = 10;
const SHOWN_LINES = 4;

/** A search in all documents, by words and by meaning: what the researcher would find. */
export function SearchDocuments() {
  const [question, setQuestion] = useState("");
  const { recalled, recall, clear } = useRecall();
  const ask = (event: FormEvent) => {
    event.preventDefault();
    const query = question.trim();
    if (query === "") return clear();
    recall({
      query,
      kinds: ["chunk"],
      scopes: ["tenant"],
      maxTokens: SEARCH_MAX_TOKENS,
      limit: SEARCH_MAX_HITS,
    });
  };
  const end = () => {
    setQuestion("");
    clear();
  };
  return (
    <Stack gap="sm" component="section" aria-label="Search in documents">
      <form onSubmit={ask} role="search">
        <Group gap="xs" wrap="nowrap">
          <TextInput
            flex={1}
            aria-label="Search in documents"
            placeholder="Search in documents"
            leftSection={<IconSearch size={16} aria-hidden />}
            rightSection={
              question !== "" && <CloseButton size="sm" aria-label="End the search" onClick={end} />
            }
            value={question}
            onChange={({ currentTarget }) => setQuestion(currentTarget.value)}
            onKeyDown={({ key }) => key === "Escape" && end()}
          />
          <Button type="submit" variant="default" loading={recalled.kind === "asking"}>
            Search
          </Button>
        </Group>
      </form>
      <div aria-live="polite">
        <Found recalled={recalled} />
      </div>
    </Stack>
  );
}

/** A passage without its own heading, which stands above it. */
const withoutHeading = (text: string): string => text.replace(/^#{1,6} [^\n]*\n+/, "");

function Found({ recalled }: { recalled: Recalled }) {
  if (recalled.kind === "idle") return null;
  if (recalled.kind === "asking") return <LoadingState label="Searching" />;
  if (recalled.kind === "failed") return <ErrorState error={recalled.error} />;
  const { query } = recalled.ask;
  const { hits } = recalled.answer;
  if (hits.length === 0)
    return (
      <EmptyState icon={IconSearchOff} title="Nothing fits">
        No passage of any document fits “{query}”. Try other words.
      </EmptyState>
    );
  return (
    <Paper withBorder p="md">
      <Stack gap="md">
        <Title order={2} size="h6">
          {plural(hits.length, "passage")} for “{query}”
        </Title>
        <Stack component="ol" gap="md" className={classes["plainList"]}>
          {hits.map(({ sourceId, documentKey = "", heading, text }) => (
            <li key={sourceId}>
              <Anchor component={Link} to={documentAddress(documentKey, sourceId)} size="sm" fw={500}>
                {documentKey}
                {heading !== undefined && heading !== "" && `${HEADING_MARK}${heading}`}
              </Anchor>
              <Passage question={query} lineClamp={SHOWN_LINES} mt={2}>
                {withoutHeading(text)}
              </Passage>
            </li>
          ))}
        </Stack>
        <Text size="xs" c="dimmed">
          The passages that the researcher would be shown for these words, best first.
        </Text>
      </Stack>
    </Paper>
  );
}
