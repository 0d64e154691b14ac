import { Button, Stack } from "@mantine/core";
import { useState } from "react";
import type { Prompt } from "./composerTypes.js";
import { ProblemAlert } from "./ProblemAlert.js";
import { problemOf, type SendProblem } from "./sendProblem.js";

const EXAMPLES = [
  "What do the documents tell, in short?",
  "Remember that I deploy on Fridays.",
  "What do you know about me?",
];

/** Questions to begin with, each asked by a click: one at a time, and told when it could not be. */
export function Examples({ onAsk }: { onAsk: (prompt: Prompt) => Promise<void> }) {
  const [asked, setAsked] = useState<string | null>(null);
  const [problem, setProblem] = useState<SendProblem | null>(null);
  const ask = async (text: string): Promise<void> => {
    setAsked(text);
    setProblem(null);
    try {
      await onAsk({ text, fileIds: [] });
    } catch (error) {
      setProblem(problemOf(error));
    }
    setAsked(null);
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
          loading={asked === example}
          disabled={asked !== null}
          onClick={() => void ask(example)}
        >
          {example}
        </Button>
      ))}
      {problem !== null && <ProblemAlert problem={problem} onClose={() => setProblem(null)} />}
    </Stack>
  );
}
