import { createRoot } from "react-dom/client";
import { App } from "./app";
import { chooseHost, type Host } from "./host";
import { languageFor, startText } from "./text";
import "./theme/index.css";

// The fixture is for design work and is not in a production bundle: the mode is a constant there.
const host: Host = import.meta.env.MODE === "fixture" ? (await import("../tests/fixtures/host")).fixtureHost(new URLSearchParams(window.location.search)) : chooseHost();

startText(languageFor("system", navigator.languages));
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App host={host} />);
