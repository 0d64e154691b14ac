import { Alert, Center, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { ErrorText } from "../shell/errorText.js";

/** What people see who are not signed in: what this is, the ways in, and what is in the way. */
export function SignInFrame({
  problem = null,
  children,
}: {
  problem?: ErrorText | null;
  children?: ReactNode;
}) {
  return (
    <Center component="main" mih="100vh" p="md">
      <title>Sign in · Researcher</title>
      <Paper withBorder p="xl" radius="md" maw={420} w="100%">
        <Stack>
          <Title order={1} size="h2">
            Researcher
          </Title>
          <Text c="dimmed">Answers from your documents, and remembers what you tell it.</Text>
          {problem !== null && (
            <Alert role="alert" color="red" title={problem.title}>
              {problem.advice}
            </Alert>
          )}
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}
