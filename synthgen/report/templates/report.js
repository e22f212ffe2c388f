"use strict";
// Sorts a table by the column whose button is pressed; a second press turns the order round. Empty cells stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const collator = new Intl.Collator(undefined, { numeric: true });
  const valueOf = (row, place) => {
    const cell = row.cells[place];
    const shown = cell.querySelector(".name") ?? cell;
    return cell.dataset.sort ?? shown.textContent.trim();
  };
  for (const heading of headings) {
    const button = heading.querySelector("button");
    if (!button) continue;
    button.addEventListener("click", () => {
      const place = headings.indexOf(heading);
      const rising = heading.getAttribute("aria-sort") !== "ascending";
      const numeric = heading.classList.contains("number");
      const rows = [...body.rows].sort((first, second) => {
        const [a, b] = [valueOf(first, place), valueOf(second, place)];
        if (a === "" || b === "") return (a === "") - (b === "");
        const order = numeric ? Number(a) - Number(b) : collator.compare(a, b);
        return rising ? order : -order;
      });
      body.append(...rows);
      for (const other of headings) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    });
  }
}
