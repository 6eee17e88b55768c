// The editor of link definitions: highlighting, completion, search. It works without it.
(() => {
  "use strict";
  const make = (name, className, text = "") => {
    const element = document.createElement(name);
    element.className = className;
    element.textContent = text;
    return element;
  };

  // Highlighting: the same text, painted below the field, whose own letters are transparent.
  const PIECES = /(\{\{)([^{}]*)(\}\})|\[\[|\]\]/g;
  const INSIDE = /"[^"]*"|'[^']*'|\|\s*\w+|[.$]?[A-Za-z_][\w.$-]*/g;
  const spans = (target, text, pattern, kind) => {
    let at = 0;
    for (const found of text.matchAll(pattern)) {
      target.append(text.slice(at, found.index), ...kind(found));
      at = found.index + found[0].length;
    }
    target.append(text.slice(at));
  };
  const word = ([text]) => [make("i", /^["']/.test(text) ? "string" : text[0] === "|" ? "filter" : "name", text)];
  const paint = (field) => {
    const { painted } = field;
    painted.textContent = "";
    spans(painted, field.value, PIECES, ([all, open, inside, close]) => {
      const part = make("b", open ? "expression" : "piece");
      if (!open) part.textContent = all;
      else {
        part.append(open);
        spans(part, inside, INSIDE, word);
        part.append(close);
      }
      return [part];
    });
    painted.append("\n");
    painted.scrollTop = field.scrollTop;
    painted.scrollLeft = field.scrollLeft;
  };

  // Completion: variables after `{{`, filters after `|`, with the values of the run that is shown.
  const options = (id) => [...(document.getElementById(id)?.options ?? [])].map(({ value, label }) => [value, label]);
  const wanted = (field) => {
    const before = field.value.slice(0, field.selectionStart);
    const [, inside] = /\{\{((?:"[^"]*"|'[^']*'|[^{}])*)$/.exec(before) ?? [];
    if (inside === undefined) return null;
    const typed = /[\w.-]*$/.exec(inside)[0].replace(/^[.$]/, "");
    const isFilter = /\|\s*[\w]*$/.test(inside);
    const words = isFilter ? options("template-filters") : [...new Map([...options("template-names"), ...options("run-names")])];
    const begins = words.filter(([name]) => name.toLowerCase().startsWith(typed.toLowerCase()));
    const rest = words.filter((each) => !begins.includes(each) && each[0].toLowerCase().includes(typed.toLowerCase()));
    return { typed, found: [...begins, ...rest].slice(0, 8) };
  };
  const close = (field) => {
    field.choices.hidden = true;
    field.removeAttribute("aria-activedescendant");
  };
  const mark = (field, to) => {
    const items = [...field.choices.children];
    const at = (to + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute("aria-selected", index === at));
    field.setAttribute("aria-activedescendant", items[at].id);
    field.chosen = at;
  };
  const complete = (field) => {
    const { typed, found } = wanted(field) ?? { found: [] };
    if (!found.length || (found.length === 1 && found[0][0] === typed)) return close(field);
    field.choices.replaceChildren(...found.map(([name, hint], index) => {
      const item = make("li", "", name);
      item.append(make("small", "", hint));
      Object.assign(item, { id: `${field.choices.id}-${index}`, role: "option" });
      item.dataset.word = name;
      return item;
    }));
    field.choices.hidden = false;
    mark(field, 0);
  };
  const replace = (field, from, to, text) => {
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  const take = (field, item) => {
    const at = field.selectionStart;
    const { typed } = wanted(field);
    const text = item.dataset.word;
    const ends = text.endsWith(".") || /^[^{]*\}\}/.test(field.value.slice(at)) ? "" : " }}";
    replace(field, at - typed.length, at, text + ends);
    if (!text.endsWith(".")) close(field);
  };

  const KEYS = {
    ArrowDown: (field) => mark(field, field.chosen + 1),
    ArrowUp: (field) => mark(field, field.chosen - 1),
    Enter: (field) => take(field, field.choices.children[field.chosen]),
    Tab: (field) => take(field, field.choices.children[field.chosen]),
    Escape: close,
  };
  const equip = (field, index) => {
    if (field.painted) return;
    // One that was swapped in stands in the box of the one before.
    field.closest(".ed-code")?.replaceWith(field);
    const box = make("div", "ed-code");
    field.before(box);
    field.painted = make("div", "ed-paint");
    field.painted.setAttribute("aria-hidden", "true");
    field.choices = make("ul", "ed-choices");
    Object.assign(field.choices, { hidden: true, role: "listbox", id: `${field.id || index}-choices` });
    field.choices.setAttribute("aria-label", "Completions");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", field.choices.id);
    box.append(field.painted, field, field.choices);
    field.addEventListener("input", () => { paint(field); complete(field); });
    field.addEventListener("scroll", () => paint(field));
    field.addEventListener("blur", () => close(field));
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

  // Mistakes are underlined where they are; a button puts in what was meant.
  const point = () => {
    document.querySelectorAll("[data-template]").forEach((field) => field.removeAttribute("aria-invalid"));
    for (const { dataset } of document.querySelectorAll("[data-error-for]")) {
      document.getElementById(dataset.errorFor)?.setAttribute("aria-invalid", "true");
    }
  };
  document.addEventListener("click", ({ target }) => {
    const { dataset } = target.closest("[data-fix]") ?? {};
    const field = dataset && document.getElementById(dataset.for);
    if (!field) return;
    const from = dataset.column - 1;
    const wrong = /^[.$]?[\w]*/.exec(field.value.slice(from))[0];
    replace(field, from, from + wrong.length, dataset.fix);
  });

  const filter = ({ target }) => {
    const list = target.dataset?.filter && document.getElementById(target.dataset.filter);
    if (!list) return;
    const words = target.value.toLowerCase().split(/\s+/);
    let found = 0;
    for (const card of list.querySelectorAll("label[data-words]")) {
      card.hidden = !words.every((each) => card.dataset.words.includes(each));
      found += !card.hidden;
    }
    for (const group of list.querySelectorAll("fieldset")) group.hidden = !group.querySelector("label:not([hidden])");
    list.querySelector(".ed-none").hidden = found > 0;
  };
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.filter) event.stopPropagation();
    filter(event);
  }, true);
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "provider") return;
    document.getElementById("chosen-provider").textContent = target.closest("label").querySelector("strong").textContent;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    document.querySelectorAll("[data-template]").forEach(equip);
    point();
    if (event.detail?.ctx?.target?.id === "definition-making") {
      document.getElementById("definition-making").dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  document.querySelectorAll("[data-template]").forEach(equip);
})();
