// What pages do beyond htmx: nothing here is needed to read them or to follow their links.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  // Exact times in the viewer's own zone, on hover.
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const localise = () => {
    for (const time of document.querySelectorAll("time[datetime]")) {
      time.title = exact.format(new Date(time.dateTime));
    }
  };

  // A menu in a table that scrolls would be cut off: it is placed on the screen instead.
  const place = (menu) => {
    const items = menu.querySelector(":scope > .items");
    const button = menu.querySelector(":scope > summary").getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = items;
    const below = button.bottom + 4 + height <= innerHeight || button.top < height + 4;
    items.style.left = `${Math.max(8, Math.min(button.left, innerWidth - width - 8))}px`;
    items.style.top = `${below ? button.bottom + 4 : button.top - height - 4}px`;
  };
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  const closeMenus = (except) => {
    for (const menu of openMenus()) if (menu !== except) menu.open = false;
  };

  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details.menu") || !menu.open) return;
    closeMenus(menu);
    if (menu.matches(".floating")) place(menu);
  }, true);
  document.addEventListener("click", (event) => {
    const menu = event.target.closest("details.menu");
    closeMenus(menu);
  });
  const replace = () => {
    for (const menu of openMenus()) if (menu.matches(".floating")) place(menu);
  };
  addEventListener("scroll", replace, { capture: true, passive: true });
  addEventListener("resize", replace, { passive: true });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      const menu = event.target.closest("details.menu[open]");
      closeMenus();
      menu?.querySelector("summary").focus();
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      document.querySelector("[data-search]")?.focus();
    }
  });

  // A hidden tab does not poll; it catches up when it is looked at again.
  const polls = '[hx-trigger^="every"]';
  document.addEventListener("htmx:before:request", (event) => {
    const source = event.detail.ctx.sourceElement;
    if (document.hidden && source.matches(polls)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const element of document.querySelectorAll(polls)) htmx.trigger(element, "every", {}, false);
  });

  document.addEventListener("htmx:after:swap", () => {
    localise();
    replace();
  });
  localise();
})();
