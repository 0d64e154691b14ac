import { useAction } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "../../../api.js";

/** The models to choose from, once somebody wants to know; none until they are there, or where they cannot be told. */
export function useModels(isWanted: boolean): readonly string[] {
  const list = useAction(api.rerun.models);
  const [models, setModels] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!isWanted) return;
    let isHere = true;
    list({}).then(
      (names) => isHere && setModels(names),
      () => undefined, // the call can be made again with its own model
    );
    return () => {
      isHere = false;
    };
  }, [isWanted, list]);
  return models;
}
