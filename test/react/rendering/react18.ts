// Import this first: from then on, whoever asks for React in this process gets React 18, `convex/react` too.
import { registerHooks } from "node:module";

const root = new URL("../../../", import.meta.url).href;
const ROOT_PACKAGE = new RegExp(`^${root}node_modules/(?=(?:react|react-dom)/)`);
const OLD_REACT = `${root}tools/react-18/node_modules/`;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return { ...resolved, url: resolved.url.replace(ROOT_PACKAGE, OLD_REACT) };
  },
});
