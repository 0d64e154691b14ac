// React 19 in a document. Import this before anything that imports React.
import { newContainer } from "./dom.js";
import { createRoot } from "react-dom/client";
import { hookRenderer } from "./renderHook.js";

export const rendering = () =>
  hookRenderer({
    name: "React 19 in a document",
    createRoot: () => createRoot(newContainer(), { onCaughtError: () => {} }),
  });
