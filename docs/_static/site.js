// Furo's two side columns are landmarks: screen readers tell them apart by a name.
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");

// Code and tables that are wider than the page scroll: let people without a mouse reach them by the Tab key.
(() => {
  const mark = () => {
    for (const box of document.querySelectorAll("pre, .table-wrapper")) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
      } else {
        box.removeAttribute("tabindex");
      }
    }
  };
  addEventListener("load", mark);
  addEventListener("resize", mark);
})();
