import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { Session } from "./session/Session.js";
import { errorCodeOf } from "./shell/errorText.js";
import { pageOf, pages } from "./shell/pages.js";
import { Shell } from "./shell/Shell.js";
import { readableColours, theme } from "./shell/theme.js";

const root = document.getElementById("root");
if (root === null) throw new TypeError("index.html has no element #root.");

/** What a boundary shows to the person in words is no defect of the page; everything else is told to the console too. */
function onCaughtError(error: unknown): void {
  if (errorCodeOf(error) === undefined) console.error(error);
}

// Its code comes while the host is asked who this is: else it would be asked for only then.
(pageOf(window.location.pathname) ?? pages[0]).preload();

createRoot(root, { onCaughtError }).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={readableColours} defaultColorScheme="auto">
      <ModalsProvider>
        <Notifications />
        <BrowserRouter>
          <Session>
            <Shell />
          </Session>
        </BrowserRouter>
      </ModalsProvider>
    </MantineProvider>
  </StrictMode>,
);
