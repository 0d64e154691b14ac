import { memo, useMemo, type ReactNode } from "react";
import ReactMarkdown, { defaultUrlTransform, type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { citedIn, linkCitations, type CitationNumbers } from "./citations.js";
import { CitationMark } from "./CitationMark.js";
import { CodeBlock } from "./CodeBlock.js";
import { markdownPieces, type MarkdownPiece } from "./markdownPieces.js";
import classes from "./messages.module.css";
import { QuietBoundary } from "./QuietBoundary.js";
import { SafeLink } from "./SafeLink.js";

const plugins = [remarkGfm];
/** A document cites nothing; the same object, so that what stands is not rendered again. */
const NO_CITATIONS: CitationNumbers = new Map();

/**
 * Markdown that nobody vouches for: HTML in it is shown as text, addresses are those of the web only, and nothing is
 * loaded from elsewhere. Each piece is rendered again only when it changes.
 */
export const Markdown = memo(function Markdown({
  text,
  numbers = NO_CITATIONS,
}: {
  text: string;
  numbers?: CitationNumbers;
}) {
  const pieces = useMemo(() => markdownPieces(text), [text]);
  return (
    <div className={classes.markdown}>
      {pieces.map((piece, index) => (
        <Piece key={index} piece={piece} numbers={numbers} />
      ))}
    </div>
  );
});

function Piece({ piece, numbers }: { piece: MarkdownPiece; numbers: CitationNumbers }) {
  switch (piece.kind) {
    case "code":
      return <CodeBlock text={piece.text} language={piece.language} />;
    case "plain":
      return <Plain text={piece.text} />;
    case "prose":
      return (
        <QuietBoundary fallback={<Plain text={piece.text} />}>
          <Prose text={linkCitations(piece.text, numbers)} />
        </QuietBoundary>
      );
  }
}

const Plain = ({ text }: { text: string }) => (
  <p className={classes.plain} dir="auto">
    {text}
  </p>
);

const Prose = memo(function Prose({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components} urlTransform={addressOf}>
      {text}
    </ReactMarkdown>
  );
});

const addressOf = (url: string): string => (citedIn(url) === null ? defaultUrlTransform(url) : url);

type Children = { children?: ReactNode };

/** Each paragraph is written in the direction of its own language. */
const components: Components = {
  p: ({ children }: Children) => <p dir="auto">{children}</p>,
  li: ({ children }: Children) => <li dir="auto">{children}</li>,
  blockquote: ({ children }: Children) => <blockquote dir="auto">{children}</blockquote>,
  // Under the headings of the page; a message has no chapters of its own.
  h1: ({ children }: Children) => <h2 dir="auto">{children}</h2>,
  h2: ({ children }: Children) => <h3 dir="auto">{children}</h3>,
  h3: ({ children }: Children) => <h4 dir="auto">{children}</h4>,
  h4: ({ children }: Children) => <h5 dir="auto">{children}</h5>,
  h5: ({ children }: Children) => <h6 dir="auto">{children}</h6>,
  h6: ({ children }: Children) => <h6 dir="auto">{children}</h6>,
  a: ({ href = "", children }) => {
    const cited = citedIn(href);
    if (cited !== null) return <CitationMark number={cited} />;
    return <SafeLink href={href}>{children}</SafeLink>;
  },
  // An image of any address would tell that address who reads this, and when.
  img: ({ src, alt = "" }) => (
    <SafeLink href={typeof src === "string" ? src : ""}>{alt === "" ? "An image" : `Image: ${alt}`}</SafeLink>
  ),
  pre: ({ node, children }) => {
    const code = node?.children[0];
    const text =
      code?.type === "element" && code.children[0]?.type === "text" ? code.children[0].value : null;
    return text === null ? <pre>{children}</pre> : <CodeBlock text={text.replace(/\n$/, "")} />;
  },
  table: ({ children }: Children) => (
    <div className={classes.table} tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
};
