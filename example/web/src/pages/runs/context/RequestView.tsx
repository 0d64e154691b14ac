import { Accordion, Text } from "@mantine/core";
import { formatCount, plural } from "../../../shell/formats.js";
import classes from "../runs.module.css";
import { readRequest } from "./readRequest.js";

/** A request as a model gets it: instructions, tools, and each message. */
export function RequestView({ text }: { text: string }) {
  const { instructions, tools, messages } = readRequest(text);
  return (
    <Accordion multiple variant="separated" order={4}>
      <Accordion.Item value="instructions">
        <Accordion.Control>Instructions, {plural(instructions.length, "character")}</Accordion.Control>
        <Accordion.Panel>
          <Code label="Instructions" text={instructions} />
        </Accordion.Panel>
      </Accordion.Item>
      <Accordion.Item value="tools">
        <Accordion.Control>{plural(tools.length, "tool")}</Accordion.Control>
        <Accordion.Panel>
          <Code label="Tools" text={JSON.stringify(tools, null, 2)} />
        </Accordion.Panel>
      </Accordion.Item>
      {messages.map(({ role, content }, index) => (
        <Accordion.Item key={index} value={`message ${index}`}>
          <Accordion.Control>
            Message {formatCount(index + 1)}{" "}
            <Text span c="dimmed" size="sm">
              {role}
            </Text>
          </Accordion.Control>
          <Accordion.Panel>
            <Code label={`Message ${index + 1}`} text={content} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function Code({ label, text }: { label: string; text: string }) {
  return (
    // What is cut off is scrolled to, also by the keyboard.
    <pre className={classes.code} tabIndex={0} role="group" aria-label={label} dir="auto">
      {text}
    </pre>
  );
}
