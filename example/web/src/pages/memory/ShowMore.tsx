import { Button, Center, type ButtonProps } from "@mantine/core";

type Props = {
  list: { canLoadMore: boolean; loadMore: () => Promise<void> };
  size?: ButtonProps["size"];
  children: string;
};

/** The way to the next page of a list; nothing where there is none. */
export function ShowMore({ list: { canLoadMore, loadMore }, size = "sm", children }: Props) {
  if (!canLoadMore) return null;
  return (
    <Center>
      <Button variant="default" size={size} onClick={() => void loadMore()}>
        {children}
      </Button>
    </Center>
  );
}
