import { Text } from "@mantine/core";
import type { ThreadHit } from "convex-agent-memory";
import { useQuery } from "convex/react";
import { Link } from "react-router";
import { api } from "../../api.js";
import { chatAddress } from "../../shell/addresses.js";
import classes from "./chat.module.css";
import { RowsLoading } from "./RowsLoading.js";

/** The conversations whose title, or what was said in them, fits some words. */
export function ThreadSearch({ query, onChosen }: { query: string; onChosen?: () => void }) {
  const hits = useQuery(api.chat.searchThreads, { query });
  if (hits === undefined) return <RowsLoading />;
  return (
    <div className={classes.rows}>
      <Text size="xs" c="dimmed" px="sm" role="status">
        {hits.length === 0 ? `Nothing was said about “${query}”.` : `${hits.length} found`}
      </Text>
      <ul className={classes.plainList}>
        {hits.map((hit) => (
          <li key={hit.threadId}>
            <Hit hit={hit} onChosen={onChosen} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Hit({ hit, onChosen }: { hit: ThreadHit; onChosen?: () => void }) {
  return (
    <Link to={chatAddress(hit.threadId, hit.messageId)} onClick={onChosen} className={classes.row}>
      <span className={classes.rowTitle} dir="auto">
        {hit.title ?? "Conversation"}
      </span>
      <span className={classes.rowPreview} dir="auto">
        {hit.snippet}
      </span>
    </Link>
  );
}
