import { fieldOf, readJson } from "../../data/json.js";

type Posting = { file: File; mediaType: string; signal: AbortSignal; onProgress: (share: number) => void };

/** Posts a file to an upload address and gives its storage id. `fetch` tells no progress, so an older way it is. */
export function postFile(url: string, { file, mediaType, signal, onProgress }: Posting): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
    request.addEventListener("load", () => {
      const storageId =
        request.status < 300 ? fieldOf(readJson(request.responseText).value, "storageId") : undefined;
      if (typeof storageId === "string") resolve(storageId);
      else reject(new TypeError(`The upload was answered with ${request.status}.`));
    });
    request.addEventListener("error", () => reject(new TypeError("The upload was cut off.")));
    request.addEventListener("abort", () => reject(new TypeError("The upload was stopped.")));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", url);
    request.setRequestHeader("content-type", mediaType);
    request.send(file);
  });
}
