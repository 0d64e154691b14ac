/** Only addresses of the web can be opened: what models and tools say may be any other. */
export const webAddress = (url: string): string | undefined => (/^https?:\/\//i.test(url) ? url : undefined);
