import { AppShell, Group, NavLink, ScrollArea, Text } from "@mantine/core";
import { NavLink as RouterLink } from "react-router";
import { pages, type Page } from "./pages.js";
import classes from "./shell.module.css";

/** The way to each page, and whether what they show is live. */
export function Navigation({
  open,
  isConnected,
  onNavigate,
}: {
  open: Page | undefined;
  isConnected: boolean;
  onNavigate: () => void;
}) {
  return (
    <>
      <AppShell.Section grow component={ScrollArea}>
        {pages.map(({ path, title, icon: Icon, preload }) => (
          <NavLink
            key={path}
            className={classes["link"]}
            component={RouterLink}
            to={path}
            label={title}
            leftSection={<Icon size={20} stroke={1.6} aria-hidden />}
            active={open?.path === path}
            onClick={onNavigate}
            onPointerEnter={preload}
            onFocus={preload}
          />
        ))}
      </AppShell.Section>
      <AppShell.Section p="xs">
        <Group gap="xs" wrap="nowrap">
          <span className={classes["dot"]} data-offline={isConnected ? undefined : true} aria-hidden />
          <Text size="xs" c="dimmed">
            {isConnected ? "Live from the database" : "Not connected"}
          </Text>
        </Group>
      </AppShell.Section>
    </>
  );
}
