// What the map is drawn with: shapes, lines, and what they cover.

const SHAPES = ['defs', 'g', 'path', 'pattern', 'rect', 'svg', 'text'];
const geometries = new Map(); // what each address answered, for every map on every page

// The left, top, width and height of what paths cover: each begins at a place and goes on in steps from there.
export function around(paths) {
  const [xs, ys] = [[], []];
  for (const part of paths.flatMap((d) => d.split('M').slice(1))) {
    let [x, y] = [0, 0];
    const numbers = part.match(/-?\d+(?:\.\d+)?/g).map(Number);
    for (let at = 0; at < numbers.length; at += 2) {
      x += numbers[at];
      y += numbers[at + 1];
      xs.push(x);
      ys.push(y);
    }
  }
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

// Some councils again, with a line around them: the layer, and what it covers.
export function inset(name, paths) {
  const made = layer();
  const box = around(paths.map(([, d]) => d));
  const [x, y, width, height] = box;
  for (const [area, d] of paths) made.nodes.set(area, make('path', { d, 'data-area': area }));
  made.group.append(
    make('rect', { class: 'frame', 'aria-hidden': true, x, y, width, height }),
    make('text', { class: 'place', 'aria-hidden': true, x, y, dy: '-0.3em' }, name),
    ...made.nodes.values(),
  );
  set(made.group, { role: 'group', 'aria-label': name });
  return [made, box];
}

export const SILENT = { role: null, 'aria-hidden': true, 'aria-label': null, 'aria-selected': null, tabindex: null };

export function geometryAt(address) {
  if (!geometries.has(address)) {
    const answer = fetch(address).then((response) => {
      if (!response.ok) throw new Error(`${address} answered ${response.status}`);
      return response.json();
    });
    answer.catch(() => geometries.delete(address)); // so that the next rerun asks again
    geometries.set(address, answer);
  }
  return geometries.get(address);
}

export function layer() {
  const line = (name) => make('path', { class: name, 'aria-hidden': true });
  const twice = (name) => make('g', { class: name, 'aria-hidden': true }, line('halo'), line('line'));
  const tied = (name) => make('g', { class: name, 'aria-hidden': true }, line('halo'), line('line'), line('dots'));
  const ties = make('g', { class: 'ties' }, tied('all'), tied('own'));
  return { group: make('g'), nodes: new Map(), lines: line('lines'), ties, mark: twice('mark'), cursor: twice('cursor') };
}

// A curve from each council of a pair to the other, where both are drawn, with a dot at the first: bent to its right,
// so that the two ways between two councils lie apart.
export function tie({ children: [halo, line, dots] }, pairs, anchors) {
  const ends = pairs.map((pair) => pair.map((area) => anchors.get(area))).filter((pair) => pair.every(Boolean));
  const curves = ends.map(([[x0, y0], [x1, y1]]) => {
    const [middle, aside] = [[(x0 + x1) / 2, (y0 + y1) / 2], [(y0 - y1) / 6, (x1 - x0) / 6]];
    return `M${x0} ${y0}Q${middle[0] + aside[0]} ${middle[1] + aside[1]} ${x1} ${y1}`;
  });
  for (const each of [halo, line]) set(each, { d: curves.join('') });
  set(dots, { d: ends.map(([[x, y]]) => `M${x} ${y}h.01`).join('') });
}

// Whether a colour needs an edge to be seen on the page: it stands out from white less than 3 to 1 (WCAG 1.4.11).
export function pale(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) < 3;
}

// A phrase with its numbers where it has a #.
export function filled(phrase, numbers) {
  const each = numbers.split(' ').values();
  return phrase.replaceAll('#', () => each.next().value);
}

export function path(node) {
  return node.getAttribute('d');
}

export function outline(lines, node) {
  for (const line of lines.children) set(line, { d: node ? path(node) : '' });
}

// Names and words are data: they become text and attributes, never HTML.
export function make(tag, attributes = {}, ...children) {
  const space = SHAPES.includes(tag) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml';
  const node = document.createElementNS(space, tag);
  set(node, attributes);
  node.append(...children);
  return node;
}

export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
}
