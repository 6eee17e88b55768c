// The palette, and what the search box suggests: lists that arrows go through while one types.
const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = (box) => document.getElementById(box.getAttribute("aria-controls"));
const options = (box) => [...list(box).querySelectorAll("[role=option]")];
const chosen = (box) => options(box).find((each) => each.ariaSelected === "true");
const goTo = (box) => (chosen(box) ?? options(box)[0])?.click();
// False while the list still tells of what was typed before.
const answered = (box) => list(box).dataset.for === box.value.trim();

const choose = (box, option) => {
  for (const each of options(box)) each.ariaSelected = each === option;
  box.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.id ||= `${list(box).id}-${options(box).indexOf(option)}`;
  box.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};
const step = (box, by) => {
  const from = options(box).indexOf(chosen(box));
  choose(box, options(box).at((from < 0 && by < 0 ? by : from + by) % options(box).length));
};
const open = () => {
  if (!dialog.open) dialog.showModal();
  input.waits = false;
  input.select();
  htmx.trigger(input, "palette:open");
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "k") {
    event.preventDefault();
    return dialog.open ? dialog.close() : open();
  }
  const box = event.target.closest?.("[role=combobox]");
  if (!box || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (options(box).length) step(box, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && (box === input ? !box.waits : chosen(box))) {
    event.preventDefault();
    box.waits = box === input && !answered(box);
    if (!box.waits) goTo(box);
  } else if (event.key === "Escape") {
    list(box).replaceChildren();
    box.ariaExpanded = "false";
  } else if (event.key === "/" && !box.value) {
    event.preventDefault(); // The key that leads here, pressed once more.
  }
});
document.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
  if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open();
});
document.addEventListener("htmx:after:swap", (event) => {
  const box = event.detail.ctx.sourceElement;
  if (!box?.matches?.("[role=combobox]")) return;
  box.ariaExpanded = options(box).length > 0;
  choose(box, box === input ? options(box)[0] : undefined);
  if (box.waits && answered(box)) box.waits = goTo(box);
});
