// What stands in the place of the style elements that xterm.js makes: sheets that no policy need allow.

/** An element that can be put anywhere; what is written to its `textContent` is a sheet of the document until it is removed. */
export function sheetElement() {
  const element = document.createElement("meta");
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", {
    set(css) {
      sheet.replaceSync(css);
    },
  });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}
