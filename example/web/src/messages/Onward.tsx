import { Anchor } from "@mantine/core";
import { IconArrowUpRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";

/** The way to where a source stands in the app. */
export const Onward = ({ to, children }: { to: string; children: ReactNode }) => (
  <Anchor component={Link} to={to} size="sm">
    {children} <IconArrowUpRight size={14} aria-hidden />
  </Anchor>
);
