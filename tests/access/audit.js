// What is looked for on a page beyond axe's rules, as window.audit: each function gives what is wrong, in words.
(() => {
  const SPACING = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`;
  const AT_LEAST = 3; // to one, for what is no text (WCAG 1.4.11)

  // In the order of the document, also inside components.
  function* every(root = document.body) {
    for (const node of root.children) {
      yield node;
      if (node.shadowRoot) yield* every(node.shadowRoot);
      yield* every(node);
    }
  }
  const all = (selector) => [...every()].filter((node) => node.matches(selector));
  const name = (node) => `${node.tagName.toLowerCase()}${node.id ? `#${node.id}` : ''}.${node.getAttribute('class') ?? ''} “${
    (node.getAttribute('aria-label') ?? node.textContent ?? '').trim().slice(0, 60)}”`;
  const shown = (node) => node.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }) ?? true;

  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).slice(0, 3).map((one) => {
      const share = one / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const WHITE = 'rgb(255, 255, 255)';
  // As it is seen on white.
  const onWhite = (colour, opacity) => {
    const [red, green, blue, alpha = 1] = channels(colour);
    const share = alpha * opacity;
    return `rgb(${[red, green, blue].map((one) => one * share + 255 * (1 - share)).join(',')})`;
  };
  const edged = (style) => style.stroke !== 'none' && parseFloat(style.strokeWidth) >= 0.75
    && contrast(onWhite(style.stroke, style.strokeOpacity * style.opacity), WHITE) >= AT_LEAST;
  const filled = (style) => style.fill !== 'none' && !style.fill.startsWith('url')
    && contrast(onWhite(style.fill, style.fillOpacity * style.opacity), WHITE) >= AT_LEAST;

  let looked = null;
  const LOOKS = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'borderColor', 'backgroundColor', 'color',
    'textDecorationLine', 'stroke', 'strokeWidth'];
  const looks = (node) => LOOKS.map((one) => getComputedStyle(node)[one]).join(' ');
  const topmost = (x, y) => {
    let found = document.elementFromPoint(x, y);
    for (let inner = found; inner?.shadowRoot; found = inner) {
      inner = inner.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === found) break;
    }
    return found;
  };
  // What lies on top is it, in it, around it, beside it or its label.
  const belongs = (node, top) => top && (node.contains(top) || top.contains(node) || node.parentElement?.contains(top)
    || [...(node.labels ?? [])].some((label) => label.contains(top)));

  window.audit = {
    // Every picture has a name, and a table after it before the next section.
    pictures() {
      const wrong = [];
      let waiting = [];
      for (const node of every()) {
        if (node.matches('h1, h2:not(.sub)')) {
          wrong.push(...waiting.map((one) => `no table follows ${one}`));
          waiting = [];
        } else if (node.matches('table') && shown(node)) waiting = [];
        else if (node.matches('[data-testid="stPlotlyChart"], svg.map')) {
          const named = node.matches('svg') ? node : node.querySelector('[role="figure"], [role="img"]') ?? node;
          const label = named.getAttribute('aria-label')?.trim();
          if (!label || label.length < 10) wrong.push(`no name: ${name(node)}`);
          waiting.push(label);
        }
      }
      return [...wrong, ...waiting.map((one) => `no table follows ${one}`)];
    },

    // Marks of charts that are as pale as the page, and have no edge that is not.
    marks() {
      const marks = all('.js-plotly-plot .points path, .js-plotly-plot path.js-line, .js-plotly-plot .shapelayer path');
      const pale = marks.filter((node) => {
        const style = getComputedStyle(node);
        return shown(node) && !filled(style) && !edged(style);
      });
      return pale.map((node) => `${node.closest('[aria-label]')?.getAttribute('aria-label')}: ${node.getAttribute('style')}`);
    },

    // Councils as pale as the page that have no edge; an edge as pale as what it goes around.
    areas() {
      const wrong = [];
      for (const map of all('svg.map')) {
        const lines = [...map.querySelectorAll('path.lines')];
        const edge = lines.length && getComputedStyle(lines[0]).stroke;
        if (!lines.length || contrast(edge, WHITE) < AT_LEAST) wrong.push(`edges of ${edge}`);
        const around = lines.map((one) => one.getAttribute('d')).join('');
        for (const area of map.querySelectorAll('path.area')) {
          const fill = getComputedStyle(area).fill;
          if (fill === 'none' || (!fill.startsWith('url') && contrast(fill, WHITE) >= AT_LEAST)) continue;
          if (!around.includes(area.getAttribute('d'))) wrong.push(`no edge: ${name(area)}`);
          else if (!fill.startsWith('url') && contrast(edge, fill) < AT_LEAST) wrong.push(`${edge} around ${fill}`);
        }
      }
      return [...new Set(wrong)];
    },

    // What is wider than the screen, and what scrolls but cannot be reached by keyboard or has no name.
    sideways() {
      const wide = [document.documentElement, document.querySelector('[data-testid="stMain"]')].filter(
        (part) => part && part.scrollWidth > Math.min(innerWidth, part.clientWidth),
      );
      const scrolling = all('div, section, pre').filter(
        (node) => ['auto', 'scroll'].includes(getComputedStyle(node).overflowX) && node.scrollWidth > node.clientWidth + 1
          && shown(node) && node.clientWidth > 0,
      );
      const closed = scrolling.filter(
        (node) => !(node.tabIndex === 0 && node.getAttribute('aria-label')) && !node.matches('pre')
          && !node.closest('[data-testid="stDataFrame"]'),
      );
      return [...wide.map((node) => `wider than the screen: ${name(node)}`), ...closed.map((node) => `no way in: ${name(node)}`)];
    },

    headings() {
      const found = all('h1, h2, h3, h4').filter(shown);
      const wrong = found.filter((node) => node.matches('h1')).length === 1 ? [] : ['not one h1'];
      let before = 1;
      for (const node of found) {
        const level = Number(node.tagName[1]);
        if (level > before + 1) wrong.push(`h${level} after h${before}: ${name(node)}`);
        before = level;
      }
      return wrong;
    },

    // What moves though the reader asked for less of it.
    moving() {
      return document.getAnimations().filter((one) => one.playState === 'running' && one.effect.getTiming().duration > 1)
        .map((one) => `${one.animationName ?? one.transitionProperty} of ${name(one.effect.target)}`);
    },

    // Words that are cut off: where they are, what holds them has no room.
    cut() {
      return all('p, li, h1, h2, h3, th, td, button, label, summary, span, a, div, figcaption').filter((node) => {
        const style = getComputedStyle(node);
        const words = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
        const small = node.clientWidth <= 1 || node.closest('.said, [aria-hidden="true"], [data-testid="stDataFrame"]');
        if (!words || small || !shown(node) || style.display === 'inline') return false;
        const across = ['hidden', 'clip'].includes(style.overflowX) && node.scrollWidth > node.clientWidth + 1;
        const down = ['hidden', 'clip'].includes(style.overflowY) && node.scrollHeight > node.clientHeight + 2;
        return across || down;
      }).map(name);
    },

    // As far apart as readers may set text (WCAG 1.4.12).
    space() {
      for (const root of [document.head, ...[...every()].map((node) => node.shadowRoot).filter(Boolean)]) {
        root.append(Object.assign(document.createElement('style'), { className: 'spacing', textContent: SPACING }));
      }
    },

    unspace() {
      for (const root of [document, ...[...every()].map((node) => node.shadowRoot).filter(Boolean)]) {
        for (const node of root.querySelectorAll('style.spacing')) node.remove();
      }
    },

    // Text in pictures: its words, colour and place.
    words() {
      return all('.js-plotly-plot text, svg.map text').filter((node) => node.textContent.trim() && shown(node)).map((node) => {
        const { left, top, width, height } = node.getBoundingClientRect();
        const style = getComputedStyle(node.querySelector('tspan') ?? node);
        return { words: node.textContent, colour: channels(onWhite(style.fill, style.opacity * style.fillOpacity)), box: [left, top, width, height] };
      });
    },

    // What has the keyboard's focus: whether something lies over all of it, and of what had it before, whether that could
    // be seen.
    standing() {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      if (!at || at === document.body) return null;
      // Of what is taller than the screen, what is on it.
      const box = at.getBoundingClientRect();
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      const shares = [0.02, 0.1, 0.5, 0.9, 0.98];
      const spots = shares.flatMap((x) => shares.map((y) => [left + x * (right - left), top + y * (bottom - top)]));
      const covered = box.width > 0 && !spots.some(([x, y]) => belongs(at, topmost(x, y)));
      const around = [];
      for (let node = at; node && around.length < 5; node = node.parentElement ?? node.getRootNode().host) around.push(node);
      const before = looked;
      looked = [around, around.map(looks)];
      const seen = !before || before[0].some((node, index) => !node.isConnected || looks(node) !== before[1][index]);
      // What is drawn by itself: the grid's cells, and on the map a line around the council.
      const drawn = (node) => node.closest('canvas') || node.closest('svg')?.querySelector('.cursor .line[d]');
      return {
        name: name(at),
        covered: covered && !drawn(at),
        unseen: seen || drawn(before[0][0]) ? null : name(before[0][0]),
      };
    },

    forget() {
      looked = null;
    },

    // The colours of everything, to hold two settings against each other.
    colours() {
      return [...every()].filter(shown).map((node) => {
        const style = getComputedStyle(node);
        return [style.color, style.backgroundColor, style.borderTopColor, style.fill, style.stroke].join(' ');
      });
    },
  };
})();
