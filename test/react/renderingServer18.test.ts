import "./rendering/react18.js";
import { describeServer } from "./rendering/server.js";

describeServer("18");
