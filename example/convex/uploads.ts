/** What people may attach: what the researcher's models read. The page says so before anything is sent. */
export const uploads = {
  mediaTypes: ["image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf", "text/*"],
  maxBytes: 10 * 1024 * 1024,
};

/** Files of one question. */
export const MOST_FILES = 10;
