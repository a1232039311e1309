// The periods of a measure in the browser: a slider over them, and a button that plays them.

const STEP = 900; // milliseconds that a period stays before the next: long enough to look at a map
const ICONS = { Play: 'M2 0l10 6-10 6z', Pause: 'M1 0h4v12H1zM7 0h4v12H7z' };
const sliders = new WeakMap(); // the slider in each place, which Streamlit keeps between reruns

export default function ({ data, parentElement }) {
  if (!sliders.has(parentElement)) sliders.set(parentElement, new PeriodSlider(parentElement));
  sliders.get(parentElement).show(data);
}

class PeriodSlider {
  constructor(place) {
    this.button = make('button', { type: 'button' });
    this.range = make('input', { type: 'range', min: 0, step: 1 });
    this.first = make('span', { class: 'end', 'aria-hidden': true });
    this.last = make('span', { class: 'end', 'aria-hidden': true });
    this.now = make('span', { class: 'now', 'aria-hidden': true });
    this.root = make('div', { class: 'periods', role: 'group' });
    this.root.append(this.button, this.first, this.range, this.last, this.now);
    this.button.addEventListener('click', () => (this.playing ? this.stop() : this.play()));
    this.range.addEventListener('input', () => this.name(this.range.value)); // the name follows the finger
    this.range.addEventListener('change', () => {
      this.stop();
      this.choose(Number(this.range.value));
    });
    this.label('Play');
    place.append(this.root);
  }

  show(data) {
    const { labels, chosen, of } = data;
    const other = this.data && this.data.of !== of;
    this.data = data;
    this.at = labels.indexOf(chosen);
    this.root.setAttribute('aria-label', `Periods of ${of}`);
    this.range.setAttribute('aria-label', 'Period');
    this.range.max = labels.length - 1;
    this.range.value = this.at;
    [this.first.textContent, this.last.textContent] = [labels[0], labels.at(-1)];
    this.name(this.at);
    if (!this.playing) return;
    // Another measure, or a period that somebody else chose: the reader is busy with that.
    if (other || this.at !== this.asked || this.at === labels.length - 1) this.stop();
    else this.wait();
  }

  play() {
    this.playing = true;
    this.label('Pause');
    const over = this.at === this.data.labels.length - 1;
    this.asked = over ? 0 : this.at + 1;
    this.choose(this.asked);
  }

  // The next is asked for once this one is there: a slow server is waited for, and never hurried.
  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.root.isConnected) return this.stop(); // the reader has left the page
      this.asked = this.at + 1;
      this.choose(this.asked);
    }, STEP);
  }

  stop() {
    clearTimeout(this.timer);
    this.playing = false;
    this.label('Play');
  }

  // page.js puts it into the address, which reruns the page.
  choose(at) {
    const detail = { choices: { [this.data.sets]: this.data.labels[at] } };
    this.root.dispatchEvent(new CustomEvent('choose-quietly', { bubbles: true, composed: true, detail }));
  }

  name(at) {
    this.now.textContent = this.data.labels[at];
    this.range.setAttribute('aria-valuetext', this.data.labels[at]);
  }

  label(word) {
    const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    icon.setAttribute('viewBox', '0 0 12 12');
    icon.setAttribute('aria-hidden', true);
    icon.append(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
    icon.firstChild.setAttribute('d', ICONS[word]);
    this.button.replaceChildren(icon, word);
  }
}

function make(tag, attributes) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
