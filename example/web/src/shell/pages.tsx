import {
  IconBrain,
  IconChartBar,
  IconFiles,
  IconMessages,
  IconTimeline,
  type Icon,
} from "@tabler/icons-react";
import { lazy, type ComponentType } from "react";

/** A page of the app: where it is, what it is called, and its code, loaded when it is first opened. */
export type Page = { path: string; match: string; title: string; icon: Icon; Page: ComponentType };

export const pages: readonly Page[] = [
  {
    path: "/chat",
    match: "/chat/:threadId?",
    title: "Chat",
    icon: IconMessages,
    Page: lazy(() => import("../pages/chat/ChatPage.js")),
  },
  {
    path: "/memory",
    match: "/memory/:tab?",
    title: "Memory",
    icon: IconBrain,
    Page: lazy(() => import("../pages/memory/MemoryPage.js")),
  },
  {
    path: "/runs",
    match: "/runs/:threadId?/:runId?",
    title: "Runs",
    icon: IconTimeline,
    Page: lazy(() => import("../pages/runs/RunsPage.js")),
  },
  {
    path: "/usage",
    match: "/usage",
    title: "Usage",
    icon: IconChartBar,
    Page: lazy(() => import("../pages/usage/UsagePage.js")),
  },
  {
    path: "/documents",
    match: "/documents/:documentKey?",
    title: "Documents",
    icon: IconFiles,
    Page: lazy(() => import("../pages/documents/DocumentsPage.js")),
  },
];
