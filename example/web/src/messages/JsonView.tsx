import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { plural } from "../shell/formats.js";
import classes from "./messages.module.css";

/** Characters that are shown before somebody asks for more. */
const SHOWN_CHARACTERS = 4_000;

/** What goes into a tool or comes out of it: text as it is, anything else as JSON. */
export function JsonView({ label, value }: { label: string; value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  const text = typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
  const isCut = !isWhole && text.length > SHOWN_CHARACTERS;
  return (
    <div>
      <Text size="xs" fw={600}>
        {label}
      </Text>
      <pre className={classes.json} tabIndex={0} role="group" aria-label={label} dir="auto">
        {text === "" ? "(nothing)" : isCut ? `${text.slice(0, SHOWN_CHARACTERS)} …` : text}
      </pre>
      {isCut && (
        <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>
          Show all {plural(text.length, "character")}
        </Button>
      )}
    </div>
  );
}
