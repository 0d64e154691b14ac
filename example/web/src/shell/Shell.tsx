import { AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { useConvexAuth } from "convex/react";
import { Suspense, useRef } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { Account } from "./Account.js";
import { Brand } from "./Brand.js";
import { useConnection } from "./connection.js";
import { ConnectionNotice } from "./ConnectionNotice.js";
import { Navigation } from "./Navigation.js";
import { PageBoundary } from "./PageBoundary.js";
import { MAIN_ID, usePageFocus } from "./pageFocus.js";
import { pageOf, pages } from "./pages.js";
import classes from "./shell.module.css";
import { SkipLink } from "./SkipLink.js";
import { LoadingState } from "./states.js";
import { ThemeSwitch } from "./ThemeSwitch.js";

const HEADER_HEIGHT_PX = 56;
const NAVBAR_WIDTH_PX = 220;
const NAVBAR_ID = "pages";
/** As Mantine's breakpoint `sm`. */
const IS_NARROW = "(max-width: 47.99em)";

/** What stands around every page: its name, the way to the others, who is signed in, and whether we are connected. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const isNarrow = useMediaQuery(IS_NARROW);
  const burger = useRef<HTMLButtonElement>(null);
  const { pathname } = useLocation();
  const open = pageOf(pathname);
  const { isConnected, isSending, notice } = useConnection();
  usePageFocus(open?.path);
  return (
    <AppShell
      header={{ height: HEADER_HEIGHT_PX }}
      navbar={{ width: NAVBAR_WIDTH_PX, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
    >
      <title>{open === undefined ? "Researcher" : `${open.title} · Researcher`}</title>
      <SkipLink />
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              ref={burger}
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-expanded={isOpen}
              aria-controls={NAVBAR_ID}
              aria-label={isOpen ? "Close the menu" : "Open the menu"}
            />
            <Brand />
          </Group>
          <Group gap={4} wrap="nowrap">
            <ThemeSwitch />
            <Account />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        p="xs"
        id={NAVBAR_ID}
        aria-label="Pages"
        className={classes["navbar"]}
        data-hidden={isNarrow === true && !isOpen ? true : undefined}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !isOpen) return;
          close();
          burger.current?.focus();
        }}
      >
        <Navigation open={open} isConnected={isConnected} onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id={MAIN_ID} tabIndex={-1} className={classes["main"]}>
        <ConnectionNotice notice={notice} isSending={isSending} />
        <PageBoundary key={open?.path} place={pathname}>
          <OpenPage />
        </PageBoundary>
      </AppShell.Main>
    </AppShell>
  );
}

/** The page of the address; none of its queries runs before the host knows who asks. */
function OpenPage() {
  const { isLoading } = useConvexAuth();
  if (isLoading) return <LoadingState label="Signing in" />;
  return (
    <Suspense fallback={<LoadingState />}>
      <Routes>
        {pages.map(({ match, Page }) => (
          <Route key={match} path={match} element={<Page />} />
        ))}
        <Route path="*" element={<Navigate to="/chat" replace />} />
      </Routes>
    </Suspense>
  );
}
