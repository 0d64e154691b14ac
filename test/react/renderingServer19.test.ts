import { describeServer } from "./rendering/server.js";

describeServer("19");
