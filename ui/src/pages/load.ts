// Fetches the pages. A page is the folder of its name, whose default export is one component; its entry is in `route/pages.ts`. All but the first are loaded
// when they are wanted, or once the window has nothing better to do: a window opens sooner, and no page is waited for twice.

import { type ComponentType, lazy } from "react";
import { FIRST_PAGE, type PageName, PAGES } from "@/route/pages";
import Overview from "./overview";

type Load = () => Promise<{ default: ComponentType }>;

const folders = import.meta.glob<{ default: ComponentType }>(["./*/index.tsx", "!./overview/index.tsx"]);

const loads: ReadonlyMap<PageName, Load> = new Map(PAGES.filter(({ name }) => name !== FIRST_PAGE).map(({ name }) => [name, folderOf(name)]));

function folderOf(name: PageName): Load {
  const load = folders[`./${name}/index.tsx`];
  if (load === undefined) throw new Error(`The page ${name} has an entry and no folder.`);
  return load;
}

/** Pages that are here. */
const here = new Map<PageName, ComponentType>([[FIRST_PAGE, Overview]]);

/** What waits for the others. */
const arriving: ReadonlyMap<PageName, ComponentType> = new Map(
  [...loads].map(([name, load]) => [
    name,
    lazy(() =>
      load().then((page) => {
        here.set(name, page.default);
        return page;
      }),
    ),
  ]),
);

/** A page: itself where it is here, else what waits for it. Ask once per visit: the two are not the same component. */
export function pageOf(name: PageName): ComponentType {
  return here.get(name) ?? arriving.get(name) ?? Overview;
}

/** Fetch every page, one after the other. One that cannot be fetched now is fetched, and its failure told, when somebody goes there. */
export async function prefetchPages(signal: AbortSignal): Promise<void> {
  for (const [name, load] of loads) {
    if (signal.aborted) return;
    await load().then(
      (page) => here.set(name, page.default),
      () => undefined,
    );
  }
}
