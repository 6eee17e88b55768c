// What pages do beyond htmx: nothing here is needed to read them or to follow their links.
const all = (selector) => document.querySelectorAll(selector);

// --- Saying what happened, to the eye and to screen readers; `seconds` 0 for as long as it holds.
let saying;
const tell = (words, seconds = 4) => {
  clearTimeout(saying);
  document.getElementById("told").textContent = words;
  if (seconds) saying = setTimeout(() => tell("", 0), seconds * 1000);
};

// --- Times in the viewer's own zone, exact on hover. What is told in words grows older in place.
const format = (options) => new Intl.DateTimeFormat(undefined, options);
const exact = format({ dateStyle: "medium", timeStyle: "long" });
const day = { day: "numeric", month: "short" };
const [ofThisYear, ofAnyYear] = [format(day), format({ ...day, year: "numeric" })];
const localise = () => {
  for (const time of all("time[datetime]")) {
    const when = new Date(time.dateTime);
    const isThisYear = when.getFullYear() === new Date().getFullYear();
    time.title = exact.format(when);
    if ("date" in time.dataset) time.textContent = (isThisYear ? ofThisYear : ofAnyYear).format(when);
  }
};
const age = () => {
  for (const time of all("time[datetime]:not([data-date])")) {
    const minutes = Math.floor((Date.now() - new Date(time.dateTime)) / 60_000);
    const [many, unit] = [[1440, "d"], [60, "h"], [1, "min"]].find(([size]) => minutes >= size) ?? [];
    if (unit) time.textContent = `${Math.floor(minutes / many)} ${unit} ago`;
  }
};
setInterval(age, 60_000);

// --- Menus: one at a time.
const closeMenus = (except) => all("details.menu[open]").forEach((menu) => { menu.open = menu === except; });
const leave = (menu) => { menu?.querySelector("summary").focus(); closeMenus(); };
document.addEventListener("toggle", ({ target }) => target.matches("details.menu[open]") && closeMenus(target), true);
// What a form does ends its menu, but for colours, which one tries.
document.addEventListener("submit", ({ target }) => target.matches(":not(.theme)") && leave(target.closest("details.menu")));
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

// --- Keys: `/` leads to the search box, Escape closes, arrows go through an open menu.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const menu = event.target.closest("details.menu[open]");
  if (event.key === "Escape") {
    leave(menu);
  } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    document.querySelector("[data-search]")?.focus();
  } else if (menu && !typing && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const stops = [...menu.querySelectorAll("summary, .items a, .items button")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    stops.at((stops.indexOf(event.target) + step) % stops.length).focus();
  }
});

// --- Live pages: seldom in a hidden tab, which catches up at once when it is looked at again.
const polls = '[hx-trigger^="every"]';
const hiddenEvery = 30_000;
let asked = Date.now();
const isPoll = (event) => event.detail.ctx?.sourceElement?.matches?.(polls);
document.addEventListener("htmx:before:request", (event) => {
  if (!isPoll(event)) return;
  if (document.hidden && Date.now() - asked < hiddenEvery) event.preventDefault();
  else asked = Date.now();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  age();
  for (const element of all(polls)) htmx.trigger(element, "every", {}, false);
});
let stale = false;
const lost = (event) => {
  if (!isPoll(event) || stale) return;
  stale = true;
  tell(`Not up to date since ${format({ timeStyle: "medium" }).format(new Date())}: LinkHub does not answer.`, 0);
};
for (const failure of ["htmx:error", "htmx:response:error"]) document.addEventListener(failure, lost);
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.response?.status >= 400) return;
  if (stale) tell("Up to date again.");
  stale = false;
  localise();
  const titled = document.querySelector("[data-title]");
  if (titled) document.title = titled.dataset.title;
});

// --- Copying: `data-copy` is the text, or empty for what stands at the link's address.
document.addEventListener("click", async (event) => {
  const source = event.target.closest("[data-copy]");
  if (!source || !navigator.clipboard || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const text = source.dataset.copy ? Promise.resolve(source.dataset.copy)
    : fetch(source.href).then((answer) => (answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer)));
  const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    tell("Copied.");
    leave(source.closest("details.menu"));
  } catch {
    if (source.href) location.assign(source.href);
    else tell("The browser does not let pages copy.");
  }
});

// --- A link to a tool was followed; what is kept of it stands in docs/privacy.md.
const followed = (event) => {
  const link = event.target.closest?.("a[data-click]");
  // A beacon is sent beside the click: it delays nothing, and nobody waits for its answer.
  if (link && event.button < 2) navigator.sendBeacon("/clicks", new URLSearchParams(link.dataset.click));
};
for (const click of ["click", "auxclick"]) addEventListener(click, followed);

localise();
