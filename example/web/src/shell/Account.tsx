import { Button, Menu } from "@mantine/core";
import { IconLogout, IconUser } from "@tabler/icons-react";
import { useSession } from "../session/useSession.js";

/** Who is signed in, and the way out. */
export function Account() {
  const { user, signOut } = useSession();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" size="compact-md" leftSection={<IconUser size={16} aria-hidden />}>
          {user.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={signOut}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
