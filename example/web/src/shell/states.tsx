import { Alert, Button, Center, Loader, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconAlertTriangle, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { errorText } from "./errorText.js";

/** While something is on its way. */
export function LoadingState({ label = "Loading" }: { label?: string }) {
  return (
    <Center p="xl" role="status" aria-label={label}>
      <Loader aria-hidden />
    </Center>
  );
}

/** Where there is nothing yet: what this place is for, and what fills it. */
export function EmptyState({
  icon: Icon,
  title,
  order = 2,
  children,
}: {
  icon: Icon;
  title: string;
  /** Of its heading: 1 where it stands for the whole page. */
  order?: 1 | 2 | 3;
  children?: ReactNode;
}) {
  return (
    <Center p="xl">
      <Stack align="center" gap="xs" maw={420}>
        <ThemeIcon size={64} radius="xl" variant="light" color="gray" aria-hidden>
          <Icon size={32} stroke={1.4} />
        </ThemeIcon>
        <Title order={order} size="h4" ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center" component="div">
          {children}
        </Text>
      </Stack>
    </Center>
  );
}

/** What went wrong, in words for people. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, advice } = errorText(error);
  return (
    <Center p="xl">
      <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />} title={title} maw={520}>
        <Stack gap="sm" align="flex-start">
          {advice}
          {onRetry !== undefined && (
            <Button size="xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
        </Stack>
      </Alert>
    </Center>
  );
}
