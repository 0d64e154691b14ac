import { useConvex } from "convex/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { errorText } from "../../shell/errorText.js";
import { mediaTypeOf, MOST_FILES, refusalOf } from "./acceptedFile.js";
import { storeFile } from "./storeFile.js";

/** A file that somebody attaches: `progress` from 0 to 1 until it is there. */
export type Upload = {
  key: string;
  name: string;
  mediaType: string;
  bytes: number;
  state:
    | { kind: "uploading"; progress: number }
    | { kind: "ready"; fileId: string }
    | { kind: "refused"; reason: string };
};

/** The files of a question that is being written. What is refused is told and never sent. */
export function useUploads() {
  const convex = useConvex();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const stops = useRef(new Map<string, AbortController>());
  useEffect(() => {
    const underWay = stops.current;
    return () => {
      for (const stop of underWay.values()) stop.abort();
    };
  }, []);
  const change = useCallback((key: string, state: Upload["state"]) => {
    setUploads((all) => all.map((upload) => (upload.key === key ? { ...upload, state } : upload)));
  }, []);

  const upload = useCallback(
    async (key: string, file: File): Promise<void> => {
      const stop = new AbortController();
      stops.current.set(key, stop);
      const onProgress = (progress: number): void => change(key, { kind: "uploading", progress });
      try {
        const fileId = await storeFile(convex, { file, signal: stop.signal, onProgress });
        change(key, { kind: "ready", fileId });
      } catch (error) {
        change(key, { kind: "refused", reason: `It could not be sent. ${errorText(error).advice}` });
      }
      stops.current.delete(key);
    },
    [convex, change],
  );

  const add = useCallback(
    (files: readonly File[]) => {
      const room = MOST_FILES - uploads.filter(({ state }) => state.kind !== "refused").length;
      const added = files.map((file, index): Upload => {
        const refusal = index < room ? refusalOf(file) : `${MOST_FILES} files are the most for one question.`;
        return {
          ...{ key: crypto.randomUUID(), name: file.name, mediaType: mediaTypeOf(file), bytes: file.size },
          state: refusal === null ? { kind: "uploading", progress: 0 } : { kind: "refused", reason: refusal },
        };
      });
      setUploads((all) => [...all, ...added]);
      for (const [index, { key, state }] of added.entries()) {
        const file = files[index];
        if (file !== undefined && state.kind === "uploading") void upload(key, file);
      }
    },
    [uploads, upload],
  );

  const remove = useCallback((key: string) => {
    stops.current.get(key)?.abort();
    setUploads((all) => all.filter((one) => one.key !== key));
  }, []);
  return { uploads, add, remove, setUploads };
}
