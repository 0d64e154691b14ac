import {
  IconBrain,
  IconChartBar,
  IconFiles,
  IconMessages,
  IconTimeline,
  type Icon,
} from "@tabler/icons-react";
import { lazy, type ComponentType } from "react";

type Loaded = { default: ComponentType };

/** A page of the app: where it is, what it is called, and its code, loaded when it is first opened. */
export type Page = {
  path: string;
  match: string;
  title: string;
  icon: Icon;
  Page: ComponentType;
  /** Loads its code ahead of that. What fails is tried again when the page is opened, which tells it. */
  preload: () => void;
};

const page = (shown: Omit<Page, "Page" | "preload">, load: () => Promise<Loaded>): Page => ({
  ...shown,
  Page: lazy(load),
  preload: () => void load().catch(() => undefined),
});

export const pages: readonly [Page, ...Page[]] = [
  page(
    { path: "/chat", match: "/chat/:threadId?", title: "Chat", icon: IconMessages },
    () => import("../pages/chat/ChatPage.js"),
  ),
  page(
    { path: "/memory", match: "/memory/:tab?", title: "Memory", icon: IconBrain },
    () => import("../pages/memory/MemoryPage.js"),
  ),
  page(
    { path: "/runs", match: "/runs/:threadId?/:runId?", title: "Runs", icon: IconTimeline },
    () => import("../pages/runs/RunsPage.js"),
  ),
  page(
    { path: "/usage", match: "/usage", title: "Usage", icon: IconChartBar },
    () => import("../pages/usage/UsagePage.js"),
  ),
  page(
    { path: "/documents", match: "/documents/:documentKey?", title: "Documents", icon: IconFiles },
    () => import("../pages/documents/DocumentsPage.js"),
  ),
];

/** The page that an address is of. */
export const pageOf = (pathname: string): Page | undefined =>
  pages.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
