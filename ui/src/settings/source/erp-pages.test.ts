import { expect, test } from "vitest";
import { nextType, pageProblem, pagesOf, pagesProblem, textOf, textOfUrls, urlsOf } from "./erp-pages";

test("pages that are shown and kept unchanged are the same pages", () => {
  const urls = { return: "https://erp.example/r/{id}", "*": "https://erp.example/" };
  expect(urlsOf(textOfUrls(urls))).toEqual(urls);
  expect([textOfUrls({}), urlsOf("")]).toEqual(["", {}]);
});

test("a line that is begun is kept while it is typed, and a space in it is none", () => {
  expect(pagesOf(textOf([{ type: "re turn", url: " https://x/ {id}" }, { type: "", url: "" }]))).toEqual([{ type: "return", url: "https://x/{id}" }, { type: "", url: "" }]);
  expect(urlsOf(" https://x/"), "without a type it is for all").toEqual({ "*": "https://x/" });
  expect(nextType([{ type: "return", url: "" }])).toBe("order");
});

test("an address leads to one server, whatever is filled in", () => {
  const wrong = (url: string) => pageProblem({ type: "return", url });
  for (const url of ["https://erp.example/return-orders/{id}", "http://10.0.0.7:3000/?no={number}&t={type}"]) expect(wrong(url)).toBeNull();
  for (const url of ["", "erp.example", "javascript:alert(1)", "ftp://erp.example"]) expect(wrong(url)?.key, url).toBe("webUrl");
  expect(wrong("https://{id}.example/")?.key).toBe("pageServer");
  expect(wrong("https://me:secret@erp.example/")?.key).toBe("pageSecret");
  expect(wrong("https://erp.example/{order}")).toEqual({ key: "placeholder", value: "{order}" });
  expect(pagesProblem("return https://x/\n* nowhere")?.key).toBe("webUrl");
});
