import { Skeleton, Stack } from "@mantine/core";

/** While a source is on its way. */
export const LoadingSource = () => (
  <Stack role="status" aria-label="Loading the source">
    <Skeleton h={14} w="60%" />
    <Skeleton h={120} />
  </Stack>
);
