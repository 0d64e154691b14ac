import { useMutation } from "convex/react";
import { createContext, useCallback, useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { api } from "../../api.js";
import { telling } from "../../data/telling.js";

/** Removes a conversation, for the menus beneath. */
export const ThreadRemovalContext = createContext<(threadId: string) => void>(() => undefined);

/**
 * Removes conversations. The one that is open is left first: while it is shown, its queries would tell that it is gone.
 */
export function useThreadRemoval(openThreadId: string | undefined): (threadId: string) => void {
  const remove = useMutation(api.chat.removeThread);
  const navigate = useNavigate();
  const leaving = useRef<string | null>(null);
  useEffect(() => {
    const threadId = leaving.current;
    if (threadId === null || threadId === openThreadId) return;
    leaving.current = null;
    void telling(remove({ threadId }));
  }, [openThreadId, remove]);
  return useCallback(
    (threadId) => {
      if (threadId !== openThreadId) return void telling(remove({ threadId }));
      leaving.current = threadId;
      void navigate("/chat", { replace: true });
    },
    [openThreadId, remove, navigate],
  );
}
