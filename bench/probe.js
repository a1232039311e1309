// Runs in every page before anything else: when each part of it was painted, in milliseconds since the opening,
// or since the click that `arm` waits for.

(() => {
  const PLACES = Object.entries({ chart: '.js-plotly-plot', table: '[data-testid="stDataFrame"]' });
  // There, and drawn: not only the frame around it.
  const DRAWN = { map: 'path.area[fill]', chart: '.trace, .point', table: 'canvas' };
  let start = 0; // of what is measured
  let before = ''; // the words at that moment
  let marks = {}; // part -> [first, last] paint
  let touched = new Set();
  let last = 0; // mutation of any part

  const words = () => [...document.querySelectorAll('h1, .sentence')].map((node) => node.textContent).join(' ');

  const note = (part, when) => {
    marks[part] = [marks[part]?.[0] ?? when, when];
  };

  // Called right after a frame with changes has been drawn.
  const painted = () => {
    const when = performance.now() - start;
    if (!marks.words && words() !== before) note('words', when);
    for (const part of touched) note(part, when);
    touched = new Set();
  };
  const channel = new MessageChannel();
  channel.port1.onmessage = painted;

  // Asked for thousands of nodes: what is costly here would be measured as the page's.
  const partOf = (node) => {
    const root = node.getRootNode();
    if (root instanceof ShadowRoot) return root.querySelector(DRAWN.map) ? 'map' : 'page';
    for (const [part, place] of PLACES) {
      const found = node.closest?.(place);
      if (found) return found.querySelector(DRAWN[part]) ? part : 'page';
    }
    return (node.closest ? node : node.parentElement)?.closest('[data-testid="stMain"]') ? 'page' : null;
  };

  const observer = new MutationObserver((mutations) => {
    const waiting = touched.size > 0;
    for (const target of new Set(mutations.map((mutation) => mutation.target))) {
      if (touched.has('map') && touched.has('chart')) break;
      const part = partOf(target);
      if (part) touched.add(part).add('page');
    }
    if (!touched.size) return;
    last = performance.now();
    if (!waiting) requestAnimationFrame(() => channel.port2.postMessage(null));
  });
  observer.observe(document, { subtree: true, childList: true, characterData: true });
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    // The map repaints by attributes, and a chart is built anew.
    observer.observe(root, { subtree: true, childList: true, attributeFilter: ['fill', 'd', 'aria-label'] });
    return root;
  };

  window.probe = {
    // The next click is the reader's choice.
    arm() {
      start = Infinity;
      const begin = () => {
        [start, last, before, marks, touched] = [performance.now(), performance.now(), words(), {}, new Set()];
      };
      addEventListener('click', begin, { capture: true, once: true });
    },
    // All parts that the page has are drawn, the server has answered, and nothing has changed for a while.
    settled(quiet, parts) {
      const idle = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning';
      return idle && parts.every((part) => marks[part]) && !touched.size && performance.now() - last > quiet;
    },
    marks: () => marks,
  };
})();
