// The editor of link definitions: highlighting, completion, search. It works without it.
const make = (name, text, attributes) => {
  const element = document.createElement(name);
  element.append(text);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};
const all = (selector, work) => document.querySelectorAll(selector).forEach(work);

// The same text, painted below the field, whose own letters are transparent.
const TOKEN = /(\{\{|\}\}|\[\[|\]\])|("[^"]*"|'[^']*')|(\|\s*\w*)|([.$]?[A-Za-z_][\w.$-]*)/g;
const KINDS = ["brace", "string", "filter", "name"];
const paint = (field) => {
  let [at, inside] = [0, false];
  field.painted.replaceChildren();
  for (const { 0: text, index, ...groups } of field.value.matchAll(TOKEN)) {
    const kind = KINDS.findIndex((_, number) => groups[number + 1]);
    field.painted.append(field.value.slice(at, index), make("span", text, { class: inside || !kind ? KINDS[kind] : "" }));
    inside = text === "{{" || (inside && text !== "}}");
    at = index + text.length;
  }
  field.painted.append(field.value.slice(at), "\n");
  Object.assign(field.painted, { scrollTop: field.scrollTop, scrollLeft: field.scrollLeft });
};

// Completion: variables after `{{`, filters after `|`, with the values of the run that is shown.
const words = (id) => [...(document.getElementById(id)?.options ?? [])].map(({ value, label }) => [value, label]);
const wanted = (field) => {
  const [, inside] = /\{\{((?:"[^"]*"|'[^']*'|[^{}])*)$/.exec(field.value.slice(0, field.selectionStart)) ?? [];
  if (inside === undefined) return { typed: "", found: [] };
  const typed = /[\w.-]*$/.exec(inside)[0].replace(/^\./, "");
  const names = () => [...new Map([...words("template-names"), ...words("run-names")])];
  const at = ([name]) => name.toLowerCase().indexOf(typed.toLowerCase());
  const found = (/\|\s*\w*$/.test(inside) ? words("template-filters") : names()).filter((each) => at(each) >= 0 && each[0] !== typed);
  return { typed, found: found.sort((one, other) => (at(one) > 0) - (at(other) > 0)).slice(0, 8) };
};
const mark = (field, to) => {
  const items = [...field.choices.children];
  field.chosen = (to + items.length) % items.length;
  items.forEach((item, index) => item.setAttribute("aria-selected", index === field.chosen));
  field.setAttribute("aria-activedescendant", items[field.chosen].id);
};
const close = (field) => {
  field.choices.hidden = true;
  field.removeAttribute("aria-activedescendant");
};
const complete = (field) => {
  const { found } = wanted(field);
  const item = ([name, hint], index) => make("li", name, { id: `${field.choices.id}-${index}`, role: "option", "data-word": name, "data-hint": hint });
  field.choices.replaceChildren(...found.map(item));
  field.choices.hidden = !found.length;
  if (found.length) mark(field, 0);
  else close(field);
};
const replace = (field, from, to, text) => {
  field.focus();
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
const take = (field, { dataset: { word } }) => {
  const at = field.selectionStart;
  const open = !word.endsWith(".") && !/^[^{]*\}\}/.test(field.value.slice(at));
  replace(field, at - wanted(field).typed.length, at, open ? `${word} }}` : word);
};
const chosen = (field) => take(field, field.choices.children[field.chosen]);
const step = (by) => (field) => mark(field, field.chosen + by);
const KEYS = { ArrowDown: step(1), ArrowUp: step(-1), Enter: chosen, Tab: chosen, Escape: close };
const equip = (field) => {
  if (field.painted) return;
  // One that was swapped in stands in the box of the one before.
  field.closest(".ed-code")?.replaceWith(field);
  const box = make("div", "", { class: "ed-code" });
  field.before(box);
  field.painted = make("div", "", { class: "ed-paint", "aria-hidden": "true" });
  field.choices = make("ul", "", { class: "ed-choices", role: "listbox", id: `${field.id}-choices`, "aria-label": "Completions", hidden: "" });
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", field.choices.id);
  box.append(field.painted, field, field.choices);
  const on = { input: () => complete(field), scroll: () => {}, blur: () => close(field) };
  for (const [name, work] of Object.entries(on)) field.addEventListener(name, () => { paint(field); work(); });
  field.addEventListener("keydown", (event) => {
    if (field.choices.hidden || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key](field);
  });
  field.choices.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take(field, event.target.closest("li"));
  });
  paint(field);
};

// Mistakes are marked where they are; a button puts in what was meant.
const refresh = () => {
  all("[data-template]", (field) => { equip(field); field.removeAttribute("aria-invalid"); });
  all("[data-error-for]", ({ dataset }) => document.getElementById(dataset.errorFor)?.setAttribute("aria-invalid", "true"));
};
document.addEventListener("click", ({ target }) => {
  const { dataset } = target.closest("[data-fix]") ?? {};
  const field = dataset && document.getElementById(dataset.for);
  const from = dataset?.column - 1;
  if (field) replace(field, from, from + /^[.$]?\w*/.exec(field.value.slice(from))[0].length, dataset.fix);
});

// The catalogue: what is typed filters it, and asks for no preview.
document.addEventListener("input", (event) => {
  const list = document.getElementById(event.target.dataset?.filter);
  if (!list) return;
  event.stopPropagation();
  const typed = event.target.value.toLowerCase().split(/\s+/);
  for (const card of list.querySelectorAll("label")) card.hidden = !typed.every((each) => card.dataset.words.includes(each));
  for (const group of list.querySelectorAll("fieldset")) group.hidden = !group.querySelector("label:not([hidden])");
  list.querySelector(".ed-none").hidden = list.querySelector("label:not([hidden])") !== null;
}, true);
document.addEventListener("htmx:after:swap", ({ detail }) => {
  refresh();
  const making = document.getElementById("definition-making");
  if (detail?.ctx?.target?.id === making?.id) making.dispatchEvent(new Event("change", { bubbles: true }));
});
refresh();
