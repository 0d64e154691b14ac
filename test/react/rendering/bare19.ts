// React 19 where there is no document and no window, as in React Native: what touches one throws a ReferenceError.
import { createRequire } from "node:module";
import type * as UniversalRenderer from "universal-test-renderer";
import { hookRenderer } from "./renderHook.js";

// Its build for `import` names a file that Node does not find; the other is the same code.
const { createRoot } = createRequire(import.meta.url)("universal-test-renderer") as typeof UniversalRenderer;

export const rendering = () => hookRenderer({ name: "React 19 without a document", createRoot });
