import { focusMain, MAIN_ID } from "./pageFocus.js";
import classes from "./shell.module.css";

/** The first stop of the Tab key: past the header and the menu. */
export function SkipLink() {
  return (
    <a
      href={`#${MAIN_ID}`}
      className={classes["skip"]}
      onClick={(event) => {
        event.preventDefault(); // the address is the router's
        focusMain();
      }}
    >
      Skip to the page
    </a>
  );
}
