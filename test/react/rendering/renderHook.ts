// How a test renders a hook: import one of dom19.ts, dom18.ts or bare19.ts of this folder FIRST (it decides which React
// the process has), then, once in the file:
//
//   const { connect, aThread } = realClients();
//   const { renderHook } = rendering();   // second: what was set up last is ended first, pages before their clients
//   test("…", async () => {
//     const page = await renderHook(({ threadId }) => useThread(api, { threadId }), { props: { threadId }, client: connect() });
//     await page.until(({ messages }) => messages.length === 2);   // waits for a committed render
//     await page.rerender({ threadId: another });
//     await page.unmount();
//   });
//
// What a boundary caught is `page.untilError()`. All that is said on the console fails the test.
import { ConvexProvider, type ConvexReactClient } from "convex/react";
import {
  Component,
  createElement,
  StrictMode,
  useEffect,
  version,
  type ReactElement,
  type ReactNode,
} from "react";
import { afterEach } from "vitest";
import { until } from "../../support/appHost.js";
import { failOnComplaints, forgetCaughtErrors } from "./complaints.js";

/** What a renderer must do: `react-dom`'s root and one without a DOM both do. */
export type Root = { render: (element: ReactElement) => void; unmount: () => void };

export type Renderer = { name: string; createRoot: () => Root };

export type RenderOptions<Props> = {
  props: Props;
  /** The client that the hooks get from `useConvex`. */
  client: ConvexReactClient;
  /** True by default: React mounts everything twice, and calls each render twice. */
  strict?: boolean;
};

export type Rendered<Props, Result> = {
  /** What the hook returned in the last render that was committed. */
  current: () => Result;
  /** What each committed render returned. */
  all: readonly Result[];
  /** What the hook threw while rendering, until it is rendered anew. */
  error: () => unknown;
  rerender: (props: Props) => Promise<void>;
  unmount: () => Promise<void>;
  /** Waits until what the hook returns is so. */
  until: (holds: (result: Result) => boolean) => Promise<Result>;
  untilError: () => Promise<unknown>;
};

class Boundary extends Component<
  { onError: (error: unknown) => void; children?: ReactNode },
  { failed: boolean }
> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    forgetCaughtErrors();
    this.props.onError(error);
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}

/** What a component does that renders a hook: it hands on each committed result. */
function Probe<Result>({ use, onCommit }: { use: () => Result; onCommit: (result: Result) => void }): null {
  const result = use();
  useEffect(() => onCommit(result));
  return null;
}

/**
 * Renders hooks in a page of their own with React's own scheduler, as a browser does; there is no `act`. Nothing may be
 * said on the console. Call it once in a file.
 */
export function hookRenderer({ name, createRoot }: Renderer) {
  failOnComplaints();
  const mounted = new Set<() => Promise<void>>();
  afterEach(async () => {
    for (const unmount of mounted) await unmount();
  });

  async function renderHook<Props, Result>(
    useHook: (props: Props) => Result,
    { props, client, strict = true }: RenderOptions<NoInfer<Props>>,
  ): Promise<Rendered<Props, Result>> {
    const root = createRoot();
    const all: Result[] = [];
    let failure: { error: unknown } | null = null;
    let failures = 0;

    const rerender = async (next: Props): Promise<void> => {
      const before = all.length;
      if (failure !== null) failures++; // a boundary that has caught something is replaced by a new one
      failure = null;
      const probe = createElement(Probe<Result>, {
        use: () => useHook(next),
        onCommit: (result) => void all.push(result),
      });
      const onError = (error: unknown): void => void (failure = { error });
      const boundary = createElement(Boundary, { onError, key: failures }, probe);
      const page = createElement(ConvexProvider, { client }, boundary);
      root.render(strict ? createElement(StrictMode, null, page) : page);
      await until(() => all.length > before || failure !== null, Boolean);
    };
    const unmount = async (): Promise<void> => {
      mounted.delete(unmount);
      root.unmount();
      await settled();
    };
    mounted.add(unmount);
    await rerender(props);
    const read = () => all.at(-1) as Result; // a render was committed, or the test asks for the error
    return {
      current: read,
      all,
      error: () => failure?.error,
      rerender,
      unmount,
      until: (holds) => until(read, (result) => all.length > 0 && holds(result)),
      untilError: async () =>
        (
          await until(
            () => failure,
            (failed) => failed !== null,
          )
        )?.error,
    };
  }

  return { name: `${name} (${version})`, version, renderHook };
}

/** Lets React's scheduler and what it set off come to rest. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
