import { ThemeIcon } from "@mantine/core";
import { IconTelescope } from "@tabler/icons-react";
import { Link } from "react-router";
import classes from "./shell.module.css";

/** The app's name, and the way home. */
export function Brand() {
  return (
    <Link to="/chat" className={classes["brand"]}>
      <ThemeIcon
        size={30}
        radius="md"
        variant="gradient"
        gradient={{ from: "indigo.7", to: "grape.7", deg: 135 }}
        aria-hidden
      >
        <IconTelescope size={18} stroke={1.8} />
      </ThemeIcon>
      Researcher
    </Link>
  );
}
