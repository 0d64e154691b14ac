import { AppShell, Burger, Group, NavLink, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Suspense } from "react";
import { Navigate, NavLink as RouterLink, Route, Routes, useLocation } from "react-router";
import { Account } from "./Account.js";
import { ConnectionNotice } from "./ConnectionNotice.js";
import { LoadingState } from "./states.js";
import { PageBoundary } from "./PageBoundary.js";
import { pages } from "./pages.js";
import { ThemeSwitch } from "./ThemeSwitch.js";

const HEADER_HEIGHT_PX = 56;
const NAVBAR_WIDTH_PX = 220;

/** What stands around every page: its name, the way to the others, who is signed in, and whether we are connected. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const open = pages.find(({ path }) => pathname.startsWith(path));
  return (
    <AppShell
      header={{ height: HEADER_HEIGHT_PX }}
      navbar={{ width: NAVBAR_WIDTH_PX, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
    >
      <title>{open === undefined ? "Researcher" : `${open.title} · Researcher`}</title>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={isOpen ? "Close the menu" : "Open the menu"}
            />
            <Text fw={600}>Researcher</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ThemeSwitch />
            <Account />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <AppShell.Section grow component={ScrollArea}>
          {pages.map(({ path, title, icon: Icon }) => (
            <NavLink
              key={path}
              component={RouterLink}
              to={path}
              label={title}
              leftSection={<Icon size={18} stroke={1.5} aria-hidden />}
              active={open?.path === path}
              onClick={close}
            />
          ))}
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main>
        <ConnectionNotice />
        <PageBoundary key={open?.path}>
          <Suspense fallback={<LoadingState />}>
            <Routes>
              {pages.map(({ match, Page }) => (
                <Route key={match} path={match} element={<Page />} />
              ))}
              <Route path="*" element={<Navigate to="/chat" replace />} />
            </Routes>
          </Suspense>
        </PageBoundary>
      </AppShell.Main>
    </AppShell>
  );
}
