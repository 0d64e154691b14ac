import { Avatar, Button, Menu } from "@mantine/core";
import { IconChevronDown, IconLogout } from "@tabler/icons-react";
import { useSession } from "../session/useSession.js";

/** Who is signed in, and the way out. */
export function Account() {
  const { user, signOut } = useSession();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px="xs"
          leftSection={<Avatar size={26} color="indigo" name={user.name} aria-hidden alt="" />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {user.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.role === "admin" ? "Admin of this tenant" : "Signed in"}</Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={signOut}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
