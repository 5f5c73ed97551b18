// Every page with real data, in both languages and both themes, held to the accessibility rules and to the content security policy.

import AxeBuilder from "@axe-core/playwright";
import { en } from "@/text/en";
import { zh } from "@/text/zh";
import { expect, open, PAGES, test } from "./console";

const WORDS = { en, "zh-CN": zh };

for (const theme of ["dark", "light"] as const) {
  for (const { name } of PAGES) {
    test(`${name} opens with data and breaks no rule in the ${theme} theme`, async ({ page, demo }) => {
      const broken: string[] = [];
      page.on("pageerror", (error) => broken.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") broken.push(message.text());
      });
      await open(page, demo, name, { theme });
      const main = page.getByRole("main", { name: en.frame.page[name] });
      await expect(main).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      await expect(main).toHaveText(/\d/, { useInnerText: true });
      await expect(main.getByText("This page broke")).toHaveCount(0);
      const report = await new AxeBuilder({ page }).analyze();
      expect(report.violations.map((violation) => `${violation.id} (${violation.impact}): ${violation.nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
      expect(broken).toEqual([]);
    });
  }
}

for (const language of ["en", "zh-CN"] as const) {
  test(`the navigation speaks ${language} and reaches every page`, async ({ page, demo }) => {
    await open(page, demo, "overview", { language });
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    for (const { name } of PAGES) {
      await page.getByRole("navigation").getByRole("link", { name: WORDS[language].frame.page[name] }).click();
      await expect(page).toHaveURL(new RegExp(`#/${name}$`));
      await expect(page.getByRole("main", { name: WORDS[language].frame.page[name] })).toHaveText(/\d/, { useInnerText: true });
    }
  });
}
