// Where the window is: the address's fragment, `#/events?filter=kind%3Asystem%3A*`. A reload and the back button work as anywhere.

import { useCallback, useState, useSyncExternalStore } from "react";
import { FIRST_PAGE, type PageName, PAGES } from "./pages";

export interface Route {
  readonly page: PageName;
  readonly query: Readonly<Record<string, string>>;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const page = PAGES.find(({ name }) => name === path)?.name ?? FIRST_PAGE;
  return { page, query: Object.fromEntries(new URLSearchParams(query)) };
}

export function routeHash(page: PageName, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `#/${page}${text === "" ? "" : `?${text}`}`;
}

export function go(page: PageName, query: Readonly<Record<string, string>> = {}): void {
  window.location.hash = routeHash(page, query);
}

/** Says more in the address of the page that is open, and makes no step of it to go back to. Where somebody has gone to another meanwhile, the address is theirs. */
export function rewrite(page: PageName, query: Readonly<Record<string, string>> = {}): void {
  if (parseRoute(window.location.hash).page === page) window.history.replaceState(null, "", routeHash(page, query));
}

let seen: { hash: string; route: Route } | null = null;

function current(): Route {
  const { hash } = window.location;
  if (seen?.hash !== hash) seen = { hash, route: parseRoute(hash) };
  return seen.route;
}

export function useRoute(): Route {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("hashchange", listener);
      return () => window.removeEventListener("hashchange", listener);
    },
    current,
    current,
  );
}

/** The text of a page's search box: what the address asks to find, until somebody types. */
export function useFindText(): [string, (text: string) => void] {
  const { page, query } = useRoute();
  const asked = query.find;
  const [state, setState] = useState({ asked, text: asked ?? "" });
  if (state.asked !== asked) setState({ asked, text: asked ?? state.text });
  const type = useCallback(
    (text: string) => {
      // The address says no longer what is in the box: asked for again, it is put there again.
      rewrite(page);
      setState({ asked: undefined, text });
    },
    [page],
  );
  return [state.text, type];
}
