import { notifications } from "@mantine/notifications";
import { errorText } from "../shell/errorText.js";

/** Says in passing when something could not be done. True when it came about. */
export async function telling(change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    const { title, advice } = errorText(error);
    notifications.show({ color: "red", title, message: advice });
    return false;
  }
}
