import { Button, Stack } from "@mantine/core";
import { useState } from "react";
import type { Prompt } from "./composerTypes.js";
import { ProblemAlert } from "./ProblemAlert.js";
import { useSending } from "./useSending.js";

const EXAMPLES = [
  "What do the documents tell, in short?",
  "Remember that I deploy on Fridays.",
  "What do you know about me?",
];

/** Questions to begin with, each asked by a click: one at a time, and told when it could not be. */
export function Examples({ onAsk }: { onAsk: (prompt: Prompt) => Promise<void> }) {
  const [asked, setAsked] = useState<string | null>(null);
  const { isBusy, failure, attempt, clear } = useSending();
  const ask = (text: string): void => {
    setAsked(text);
    void attempt(() => onAsk({ text, fileIds: [] }));
  };
  return (
    <Stack gap="xs" align="flex-start" role="group" aria-label="Examples">
      {EXAMPLES.map((example) => (
        <Button
          key={example}
          variant="default"
          radius="xl"
          size="sm"
          fw={400}
          loading={isBusy && asked === example}
          disabled={isBusy}
          onClick={() => ask(example)}
        >
          {example}
        </Button>
      ))}
      {failure !== null && <ProblemAlert problem={failure} onClose={clear} />}
    </Stack>
  );
}
