import { Button, Group, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { wholeUserId } from "./usageLabels.js";

type Props = { known: readonly string[]; onChoose: (userId: string) => void };

/** For an admin: the limit of a person who is in no list, because they have used nothing yet. */
export function SomebodyElse({ known, onChoose }: Props) {
  const [name, setName] = useState("");
  const userId = wholeUserId(name, known);
  const choose = (event: FormEvent) => {
    event.preventDefault();
    if (userId === null) return;
    setName("");
    onChoose(userId);
  };
  return (
    <form onSubmit={choose}>
      <Group gap="xs" align="flex-end" mt="md">
        <TextInput
          label="Somebody who is not in the list"
          description={
            known.length === 0
              ? "Their whole id: the issuer of their sign-in, |, and their name there."
              : "Their name at your sign-in, or their whole id."
          }
          size="sm"
          style={{ flex: "1 1 16rem" }}
          maxLength={512}
          autoCapitalize="none"
          spellCheck={false}
          value={name}
          onChange={({ currentTarget: { value } }) => setName(value)}
        />
        <Button type="submit" variant="default" size="sm" disabled={userId === null}>
          Daily limit…
        </Button>
      </Group>
    </form>
  );
}
