import { Skeleton, Stack } from "@mantine/core";

export const RowsLoading = () => (
  <Stack gap="xs" p="sm" role="status" aria-label="Loading conversations">
    {[0, 1, 2, 3].map((row) => (
      <Skeleton key={row} h={44} />
    ))}
  </Stack>
);
