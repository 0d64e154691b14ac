// Import this before React's renderer: it looks for a document when it is loaded.
import { Window } from "happy-dom";

const window = new Window({ url: "https://app.invalid/" });

/** What of a browser React, Convex and `useChat` look for. The rest stays Node's: the host runs in this process too. */
const globals = ["document", "Node", "Element", "HTMLElement", "HTMLIFrameElement", "Event"] as const;

Object.defineProperty(globalThis, "window", { value: window, configurable: true, writable: true });
for (const name of globals)
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });

/** A new element of the page. */
export function newContainer(html = ""): Element {
  const container = document.createElement("div");
  container.innerHTML = html;
  document.body.append(container);
  return container;
}
