import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { startText } from "@/text";
import { VirtualRows, withIndex } from "./rows";

startText("en");
const rows = Array.from({ length: 1_000 }, (_, n) => n);
const columns = [{ id: "n", header: "Number", width: "1fr", cell: (n: number) => n }];

function List({ selected, from }: { selected: string | null; from: number }) {
  return <VirtualRows label="Numbers" rows={rows.slice(from)} rowKey={String} columns={columns} selected={selected} />;
}

describe("the selected row", () => {
  it("is there for whoever is told its id, however far it was pushed away", () => {
    const { rerender } = render(<List selected="3" from={0} />);
    const named = () => document.getElementById(screen.getByRole("grid").getAttribute("aria-activedescendant") ?? "");
    expect(named()).toHaveTextContent("3");
    rerender(<List selected="900" from={0} />);
    expect(named(), "far below what is on screen").toHaveTextContent("900");
    rerender(<List selected="3" from={500} />);
    expect(screen.getByRole("grid"), "and a row that is gone is not named").not.toHaveAttribute("aria-activedescendant");
    rerender(<List selected={null} from={0} />);
    expect(screen.getByRole("grid")).not.toHaveAttribute("aria-activedescendant");
  });

  it("stands at its place among the others", () => {
    expect([withIndex([4, 5], 1), withIndex([4, 5], 9), withIndex([4, 5], 5), withIndex([4, 5], -1), withIndex([], 2)]).toEqual([[1, 4, 5], [4, 5, 9], [4, 5], [4, 5], [2]]);
  });
});
