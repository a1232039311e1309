// The map's half in the browser: fetches the shapes once, builds them once, then only repaints.

import { SILENT, around, filled, geometryAt, inset, layer, make, outline, pale, path, set, tie } from './council_map_shapes.js';

const NARROW = 560; // pixels; below, London stands under England, with boroughs wide enough to touch
const FRAME = 18; // units of the map between London and the line around it
const BESIDE = { x: 1800, y: 700, width: 440, height: 400 }; // where the first inset of a region lies beside England
const SMALL = 120; // units of the map: a council that is nowhere wider has a place in the inset of its region
const STEP = 1.6; // of + and −
const FURTHEST = 8;
const MOVED = 6; // pixels from which on a press is a drag
const HATCH = 'M-1 1 1-1M0 6 6 0M5 7 7 5';
const LEAN = 'M-1 5 1 7M0 0 6 6M5-1 7 1';
const TEXTURES = { // in squares of 6 pixels
  hatched: HATCH, striped: HATCH, dotted: 'M3 3h.01', leaning: LEAN, crossed: HATCH + LEAN, level: 'M0 3h6', upright: 'M3 0v6',
  dashed: 'M0 1.5h3M3 4.5h3',
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NONE = [];

const maps = new WeakMap(); // the map in each place, which Streamlit keeps between reruns
const beside = new Set(); // the maps that are drawn: a council pointed at on one is outlined on all
const compare = new Intl.Collator('en-GB').compare;

let openTip = null;
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && openTip) openTip.hidden = true; // also when the focus is elsewhere
});

export default function ({ data, parentElement }) {
  if (!maps.has(parentElement)) maps.set(parentElement, new CouncilMap(parentElement));
  maps.get(parentElement).show(data);
}

class CouncilMap {
  constructor(place) {
    this.failed = make('p', { role: 'status' });
    this.defs = make('defs');
    this.svg = make('svg', { class: 'map', role: 'listbox', preserveAspectRatio: 'xMinYMin' }, this.defs);
    this.tip = make('div', { class: 'tip', 'aria-hidden': true, hidden: '' }, make('strong'), make('span'));
    this.legend = make('ul', { class: 'legend' });
    const button = (sign, label, factor) => {
      const made = make('button', { type: 'button', 'aria-label': label }, sign);
      made.addEventListener('click', () => this.zoomBy(factor));
      return made;
    };
    const zooms = make('div', { class: 'zoom' }, button('+', 'Zoom in', STEP), button('−', 'Zoom out', 1 / STEP));
    Object.assign(this, { zoom: 1, areas: new Map(), shown: [], pointed: [] });
    this.root = make('div', { class: 'council-map' }, this.failed, zooms, this.svg, this.tip, this.legend);
    const acts = [['pointermove', 'hover'], ['pointerleave', 'hover'], ['click', 'click'], ['keydown', 'press'], ['pointerdown', 'grab'], ['pointermove', 'drag']];
    for (const [kind, act] of acts) this.svg.addEventListener(kind, (event) => this[act](event));
    // The click that follows a drag is no choice of a council.
    const drop = () => [this.dragged, this.grabbed] = [Boolean(this.grabbed?.moved), null];
    for (const end of ['pointerup', 'pointercancel']) this.svg.addEventListener(end, drop);
    // Not on the SVG: Chromium lets the mouse focus any SVG element that listens for focus.
    this.root.addEventListener('focusin', ({ target }) => target.dataset.area && this.stand(target));
    this.root.addEventListener('focusout', () => this.point());
    new ResizeObserver(() => this.geometry && this.fit()).observe(this.root);
    place.append(this.root);
  }

  async show(data) {
    this.data = data;
    beside.add(this);
    try {
      const geometry = await geometryAt(data.geometry);
      if (this.data !== data) return; // a later rerun has overtaken this one
      if (this.geometry !== geometry) this.build(geometry);
      this.paint();
      this.failed.textContent = '';
    } catch (error) {
      console.error(error);
      this.failed.textContent = 'The map could not be loaded. The table below holds the same figures.';
    }
    const failed = this.failed.textContent !== '';
    this.failed.hidden = !failed;
    for (const part of [this.svg, this.legend]) part.toggleAttribute('hidden', failed);
  }

  // page.js follows it, as it follows the links in tables.
  choose(area) {
    const detail = { path: this.data.opens, name: this.areas.get(area)[1] };
    this.root.dispatchEvent(new CustomEvent('open-council', { bubbles: true, composed: true, detail }));
  }

  build(geometry) {
    this.geometry = geometry;
    this.layers = { boundaries: layer(), london: layer(), tiles: layer() };
    this.insets = geometry.insets.map(([name, members]) => ({ name, key: name.replace(' ', '-'), members }));
    // Where each council lies, for the arrow keys: a borough where it is in England, not in the inset.
    this.anchors = { boundaries: new Map(), london: new Map(), tiles: new Map() };
    const named = ([area]) => geometry.names[area]; // in the order of names, as a screen reader will read them
    for (const [area, view, d, left, top] of geometry.shapes.toSorted((a, b) => compare(named(a), named(b)))) {
      this.layers[view].nodes.set(area, make('path', { d, 'data-area': area }));
      this.anchors[view].set(area, [left, top]);
    }
    const { boundaries, london, tiles } = this.layers;
    for (const each of this.insets) this.buildInset(each, boundaries.nodes);
    const [x, y, width, height] = this.inset();
    boundaries.group.append(...boundaries.nodes.values());
    london.group.append(
      make('rect', { class: 'frame', 'aria-hidden': true, x, y, width, height }),
      make('text', { class: 'place', 'aria-hidden': true, x: x + FRAME, y: y + FRAME, dy: '0.8em' }, 'London'),
      ...london.nodes.values(),
    );
    const boroughs = [...tiles.nodes.values()].filter((node) => london.nodes.has(node.dataset.area));
    const [, , right, bottom] = geometry.boxes.tiles;
    tiles.group.append(
      ...tiles.nodes.values(),
      // Over the other tiles and under the boroughs, which leave only the outer half of it to see.
      make('path', { class: 'around', 'aria-hidden': true, d: boroughs.map(path).join('') }),
      make('text', { class: 'place end', 'aria-hidden': true, x: right, y: bottom - FRAME }, 'London outlined'),
    );
    tiles.group.append(make('g', { role: 'group', 'aria-label': 'London' }, ...boroughs));
    for (const { group, lines, ties, mark, cursor } of Object.values(this.layers)) {
      group.append(lines, ties, mark, cursor);
    }
    set(london.group, { role: 'group', 'aria-label': 'London' });
  }

  // Of its councils those that are hard to see and to touch.
  buildInset(each, nodes) {
    const paths = each.members
      .map((area) => [area, path(nodes.get(area))])
      .filter(([, d]) => Math.max(...around([d]).slice(2)) < SMALL);
    [this.layers[each.key], each.box] = inset(each.name, paths);
    this.anchors[each.key] = new Map(paths.map(([area]) => [area, this.anchors.boundaries.get(area)]));
  }

  paint() {
    const { label, view, classes, phrases, chosen, lines: pairs = NONE } = this.data;
    const { names } = this.geometry;
    const areas = this.data.areas
      .filter(([area]) => names[area]) // a council that has ended is on no map of today
      .map(([area, index, phrase, numbers]) => [area, names[area], index, filled(phrases[phrase], numbers)]);
    this.shown = view === 'tiles' ? ['tiles'] : ['boundaries', ...this.insets.map(({ key }) => key), 'london'];
    const groups = this.shown.map((name) => this.layers[name].group);
    // Only for another view: a node that is taken out and put back loses the keyboard's focus.
    if (!groups[0].isConnected) this.svg.replaceChildren(this.defs, ...groups);
    this.areas = new Map(areas.map((area) => [area[0], area]));
    const operable = areas.filter(([area]) => this.node(area)).sort((a, b) => compare(a[1], b[1]));
    this.order = operable.map(([area]) => area);
    const stops = [this.standing()?.dataset.area, chosen, this.stop, this.order[0]];
    this.stop = stops.find((area) => this.order.includes(area));
    set(this.svg, { 'aria-label': label });
    this.explain(classes);
    for (const name of this.shown) {
      const { nodes, lines, ties, mark } = this.layers[name];
      const lined = [];
      for (const [area, node] of nodes) {
        if (this.areas.has(area)) this.paintArea(node, name, this.areas.get(area));
        else set(node, { ...SILENT, class: 'area empty', fill: null });
        const [, fill, kind = 'plain'] = classes[this.areas.get(area)?.[2]] ?? [];
        if (kind !== 'plain' || (fill && pale(fill))) lined.push(path(node));
      }
      set(lines, { d: lined.join('') });
      tie(ties.children[0], pairs, this.anchors[name]);
      outline(mark, nodes.get(chosen));
    }
    this.fit();
    this.point(...this.pointed); // the same place may have other words now
  }

  paintArea(node, place, [area, name, index, words]) {
    const said = {
      role: 'option',
      'aria-hidden': null,
      'aria-label': `${name}: ${words}`,
      'aria-selected': area === this.data.chosen,
      tabindex: area === this.stop ? 0 : -1,
    };
    // What has an inset can be clicked on the map of England too, but is not read out a second time.
    const operable = this.node(area) === this.layers[place].nodes.get(area);
    set(node, { ...(operable ? said : SILENT), class: 'area', fill: this.fill(place, index) });
  }

  // The legend, and the textures it shares with the map.
  explain(classes) {
    if (this.explained === JSON.stringify(classes)) return;
    this.explained = JSON.stringify(classes);
    const places = [...Object.keys(this.layers), 'key'];
    const textured = classes.flatMap(([, colour, kind], index) => (TEXTURES[kind] ? [[colour, kind, index]] : []));
    this.defs.replaceChildren(
      ...places.flatMap((place) =>
        textured.map(([colour, kind, index]) =>
          make(
            'pattern',
            { id: `${place}-${index}`, class: place, width: 6, height: 6, patternUnits: 'userSpaceOnUse' },
            // Striped is a colour with light lines over it; the others are dark lines on the page's own ground.
            make('rect', { class: 'ground', width: 6, height: 6, ...(kind === 'striped' && { style: `fill:${colour}` }) }),
            make('path', { class: kind, d: TEXTURES[kind], stroke: kind === 'striped' ? '#ffffff' : colour }),
          ),
        ),
      ),
    );
    this.legend.replaceChildren(
      ...classes.map(([label], index) =>
        make(
          'li',
          {},
          make(
            'svg',
            { 'aria-hidden': true },
            make('rect', { width: '100%', height: '100%', fill: this.fill('key', index) }),
          ),
          label,
        ),
      ),
    );
  }

  fill(place, index) {
    const [, colour, kind] = this.data.classes[index];
    return TEXTURES[kind] ? `url(#${place}-${index})` : colour;
  }

  inset() {
    const [x, y, width, height] = this.geometry.boxes.london;
    return [x - FRAME, y - FRAME, width + 2 * FRAME, height + 2 * FRAME];
  }

  // Fits what is drawn to the width there is, and keeps text and textures at their size in pixels.
  fit() {
    const { england, tiles } = this.geometry.boxes;
    const [x, y, insetWidth, insetHeight] = this.inset();
    const mapped = this.shown[0] !== 'tiles';
    const stacked = mapped && this.root.clientWidth < NARROW;
    const scale = stacked ? england[2] / insetWidth : 1;
    let [, , width, height] = this.shown[0] === 'tiles' ? tiles : england;
    if (stacked) height += 2 * FRAME + insetHeight * scale;
    else if (this.shown[0] !== 'tiles') width = x + insetWidth;
    const moved = `translate(${-x * scale} ${england[3] + 2 * FRAME - y * scale}) scale(${scale})`;
    set(this.layers.london.group, { transform: stacked ? moved : null });
    // Two in a row under London, or one below the other beside England.
    const half = (england[2] - 3 * FRAME) / 2;
    const scales = { london: scale };
    for (const [at, { key, box: [left, top, boxWidth, boxHeight] }] of this.insets.entries()) {
      const room = stacked ? { width: half, height: half } : BESIDE;
      const size = Math.min(room.width / boxWidth, (room.height - 4 * FRAME) / boxHeight);
      const toX = stacked ? (at % 2) * (half + 3 * FRAME) : BESIDE.x;
      const toY = stacked ? height + 4 * FRAME + Math.floor(at / 2) * half : BESIDE.y + at * BESIDE.height;
      scales[key] = size;
      set(this.layers[key].group, { transform: `translate(${toX - left * size} ${toY + 2 * FRAME - top * size}) scale(${size})` });
    }
    if (stacked) height += 4 * FRAME + Math.ceil(this.insets.length / 2) * half;
    this.whole = [width, height];
    const kinds = ['map', stacked && 'stacked', this.zoom > 1 && 'zoomed'].filter(Boolean).join(' ');
    set(this.svg, { viewBox: this.window().join(' '), class: kinds });
    this.svg.style.aspectRatio = `${width} / ${height}`;
    const pixel = 1 / (this.svg.getScreenCTM()?.a ?? 1);
    this.svg.style.setProperty('--pixel', pixel / scale);
    for (const { key } of this.insets) this.layers[key].group.style.setProperty('--pixel', pixel / scales[key]);
    for (const texture of this.defs.children) {
      const place = texture.getAttribute('class');
      const size = place === 'key' ? 1 : pixel / (scales[place] ?? 1);
      set(texture, { patternTransform: `scale(${size})` });
    }
  }

  // What is seen of the whole: all of it, or a part around the centre.
  window() {
    const [width, height] = this.whole;
    const [w, h] = [width / this.zoom, height / this.zoom];
    const [x, y] = this.centre ?? [width / 2, height / 2];
    return [Math.max(0, Math.min(x - w / 2, width - w)), Math.max(0, Math.min(y - h / 2, height - h)), w, h];
  }

  zoomBy(factor) {
    const at = this.pointed[0] ?? this.tapped ?? this.data.chosen;
    this.centre ??= this.anchors[this.shown[0]].get(at);
    this.zoom = Math.min(FURTHEST, Math.max(1, this.zoom * factor));
    if (this.zoom === 1) this.centre = null;
    this.point();
    this.fit();
  }

  grab(event) {
    this.grabbed = this.zoom > 1 && { from: [event.clientX, event.clientY], window: this.window() };
  }

  // A part that is seen larger is moved by hand.
  drag({ clientX, clientY }) {
    if (!this.grabbed) return;
    const { from: [fromX, fromY], window: [left, top, width, height] } = this.grabbed;
    if (Math.hypot(clientX - fromX, clientY - fromY) > MOVED) this.grabbed.moved = true;
    if (!this.grabbed.moved) return;
    const unit = width / this.svg.clientWidth;
    this.centre = [left + width / 2 - (clientX - fromX) * unit, top + height / 2 - (clientY - fromY) * unit];
    this.fit();
  }

  // The shape of a council that the keyboard reaches: in the inset, if there is one of its region.
  node(area) {
    return this.shown.toReversed().map((name) => this.layers[name].nodes.get(area)).find(Boolean);
  }

  standing() {
    const active = this.root.getRootNode().activeElement;
    return active?.dataset.area ? active : null;
  }

  stand(node) {
    const [shape, root] = [node.getBoundingClientRect(), this.root.getBoundingClientRect()];
    set(this.node(this.stop), { tabindex: -1 });
    set(node, { tabindex: 0 });
    this.stop = node.dataset.area;
    const middle = shape.left + shape.width / 2 - root.left;
    this.point(this.stop, middle, shape.top - root.top, shape.bottom - root.top);
  }

  hover(event) {
    const inside = event.type === 'pointermove' && this.areas.has(event.target.dataset.area);
    if (inside) this.pointAt(event);
    else if (this.standing()?.matches(':focus-visible')) this.stand(this.standing());
    else if (event.pointerType === 'mouse') this.point(); // a finger that is lifted has not left
  }

  pointAt({ target, clientX, clientY }) {
    const root = this.root.getBoundingClientRect();
    this.point(target.dataset.area, clientX - root.left, clientY - root.top, clientY - root.top);
  }

  // Outlines a council wherever it is drawn and says its words; without one, stops.
  point(area, middle, above, below) {
    const moved = this.pointed[0] !== area;
    this.pointed = [area, middle, above, below];
    const [, name, , words] = this.areas.get(area) ?? [];
    const standing = this.standing();
    const focused = standing?.dataset.area === area && standing?.matches(':focus-visible');
    this.outlineCouncil(area, focused);
    if (moved) for (const map of beside) map.follow(this, area);
    this.tip.hidden = name === undefined;
    if (this.tip.hidden) return;
    openTip = this.tip;
    this.tip.firstChild.textContent = name;
    this.tip.lastChild.textContent = words;
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const top = above - height - 10 >= 0 ? above - height - 10 : below + 20;
    this.tip.style.left = `${Math.max(0, Math.min(middle - width / 2, this.root.clientWidth - width))}px`;
    this.tip.style.top = `${Math.min(top, this.root.clientHeight - height)}px`;
  }

  outlineCouncil(area, focused = false) {
    for (const shown of this.shown) {
      const { cursor, nodes, ties } = this.layers[shown];
      const { chosen, lines: pairs = NONE } = this.data;
      const own = pairs.filter((pair) => pair.includes(area) || pair.includes(chosen));
      tie(ties.children[1], own, this.anchors[shown]);
      outline(cursor, this.areas.has(area) ? nodes.get(area) : null);
      set(cursor, { class: focused ? 'cursor focus' : 'cursor' });
    }
  }

  follow(other, area) {
    if (!this.root.isConnected) beside.delete(this);
    else if (other !== this) this.outlineCouncil(area);
  }

  click(event) {
    const area = event.target.dataset.area;
    if (this.dragged || !this.areas.has(area)) return;
    this.node(area).focus({ preventScroll: true });
    this.pointAt(event);
    // A finger points first: the card is read, and a second tap opens the council.
    const again = event.pointerType !== 'touch' || this.tapped === area;
    this.tapped = area;
    if (again) this.choose(area);
    else this.tip.lastChild.textContent += ' Tap again to open.';
  }

  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { key } = event;
    if (key === 'Enter' || key === ' ') this.choose(this.stop);
    else if (key === 'Home') this.node(this.order.at(0)).focus();
    else if (key === 'End') this.node(this.order.at(-1)).focus();
    else if (key in ARROWS) this.node(this.beside(this.stop, ARROWS[key])).focus();
    else return;
    event.preventDefault();
  }

  // The nearest council in a direction, or the same one at the edge. What lies aside counts one and a
  // half times: more would jump over the rows of hexagons, which are half a tile aside.
  beside(area, [dx, dy]) {
    const anchors = this.anchors[this.shown[0]];
    const [x0, y0] = anchors.get(area);
    let nearest = area;
    let least = Infinity;
    for (const other of this.order) {
      const [x, y] = anchors.get(other);
      const along = (x - x0) * dx + (y - y0) * dy;
      const aside = Math.abs((x - x0) * dy) + Math.abs((y - y0) * dx);
      if (along <= 0 || along + 1.5 * aside >= least) continue;
      least = along + 1.5 * aside;
      nearest = other;
    }
    return nearest;
  }
}
