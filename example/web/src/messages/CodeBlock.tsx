import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import classes from "./messages.module.css";

/** Code as it is, in a frame of its own that scrolls, with a button that copies all of it. */
export function CodeBlock({ text, language = "" }: { text: string; language?: string }) {
  return (
    <figure className={classes.code} dir="ltr">
      <figcaption className={classes.codeHead}>
        <span>{language === "" ? "code" : language}</span>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? "Copied" : "Copy"}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={copied ? "Copied" : "Copy the code"}
                onClick={copy}
              >
                {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </figcaption>
      {/* It scrolls, so the keyboard must reach it. */}
      <pre tabIndex={0} role="group" aria-label={language === "" ? "Code" : `Code in ${language}`}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
