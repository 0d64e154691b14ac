import { Alert, Button, Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { listUsers } from "./localIssuer.js";
import type { LocalUser } from "./useSession.js";

/** The choice of a local user. */
export function SignIn({ onSignIn }: { onSignIn: (user: LocalUser) => void }) {
  const [users, setUsers] = useState<LocalUser[] | null>(null);
  const [isUnreachable, setUnreachable] = useState(false);
  useEffect(() => {
    listUsers().then(setUsers, () => setUnreachable(true));
  }, []);
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" radius="md" maw={420} w="100%">
        <Stack>
          <Title order={1} size="h2">
            Researcher
          </Title>
          <Text c="dimmed">Answers from your documents, and remembers what you tell it. Who are you?</Text>
          {isUnreachable && (
            <Alert color="red" title="The host cannot be reached">
              Start it with npm run dev and load this page again.
            </Alert>
          )}
          {users?.map((user) => (
            <Button key={user.subject} size="md" variant="light" onClick={() => onSignIn(user)}>
              Sign in as {user.name}
              {user.role === "admin" ? ", an admin" : ""}
            </Button>
          ))}
        </Stack>
      </Paper>
    </Center>
  );
}
