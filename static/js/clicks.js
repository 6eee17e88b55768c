// Tells that a link to a tool was followed; what is kept of it stands in docs/privacy.md.
(() => {
  "use strict";
  const tell = (event) => {
    const link = event.target.closest?.("a[data-click]");
    // A beacon is sent beside the click: it delays nothing, and nobody waits for its answer.
    if (link && event.button < 2) navigator.sendBeacon("/clicks", new URLSearchParams(link.dataset.click));
  };
  addEventListener("click", tell);
  addEventListener("auxclick", tell);
})();
