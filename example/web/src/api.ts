/** The app's functions, as the page calls them. */
export { api } from "../../convex/_generated/api.js";
