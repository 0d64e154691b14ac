import { Typography } from "@mantine/core";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import classes from "./documents.module.css";

/** Headings stand below those of the page; pictures of other places are named, not loaded. */
const components: Components = {
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ children, href }) => (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
  img: ({ alt }) => <em>{alt === undefined || alt === "" ? "picture" : `picture: ${alt}`}</em>,
  // A long line of code is scrolled by keys as well.
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>, // eslint-disable-line jsx-a11y/no-noninteractive-tabindex
};

/** Markdown as it reads; what is in it of HTML is shown as text. */
export function MarkdownText({ children }: { children: string }) {
  return (
    <Typography className={classes["chunkText"]}>
      <Markdown remarkPlugins={[remarkGfm]} components={components}>
        {children}
      </Markdown>
    </Typography>
  );
}
