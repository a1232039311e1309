// A file of the reader's own, read in the browser and handed to this session alone; and one made here to be saved.

const places = new WeakMap(); // what is in each place, which Streamlit keeps between reruns

export default function ({ data, parentElement, setTriggerValue }) {
  if (!places.has(parentElement)) places.set(parentElement, new (data.kind === 'take' ? Field : Button)(parentElement));
  places.get(parentElement).show(data, setTriggerValue);
}

class Field {
  constructor(place) {
    this.input = make('input', { type: 'file', id: 'file', autocomplete: 'off', 'aria-describedby': 'said' });
    this.label = make('label', { for: 'file' });
    this.said = make('p', { id: 'said', role: 'status' });
    this.root = make('div', { class: 'take' });
    this.root.append(this.label, this.input, this.said);
    this.input.addEventListener('change', () => this.take(this.input.files));
    // Without this a browser opens what is dropped beside the field, and the page is gone.
    this.root.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.root.classList.add('over');
    });
    this.root.addEventListener('dragleave', () => this.root.classList.remove('over'));
    this.root.addEventListener('drop', (event) => {
      event.preventDefault();
      this.root.classList.remove('over');
      this.take(event.dataTransfer.files);
    });
    place.append(this.root);
  }

  show(data, hand) {
    Object.assign(this, { data, hand });
    this.label.textContent = data.label;
    this.input.setAttribute('accept', data.accept);
    if (this.reading) this.say('');
    this.reading = false;
  }

  async take(files) {
    const [file] = files;
    if (!file) return;
    if (files.length > 1) return this.say('Give one file at a time.');
    if (file.size > this.data.most) {
      const mega = (size) => (size / 1e6).toFixed(1).replace(/\.0$/, '');
      this.input.value = '';
      return this.say(`${file.name} holds ${mega(file.size)} MB; at most ${mega(this.data.most)} MB is read. Nothing was sent.`);
    }
    this.say(`Reading ${file.name} …`);
    this.reading = true;
    try {
      this.hand('file', { name: file.name, content: base64(new Uint8Array(await file.arrayBuffer())) });
    } catch {
      this.reading = false;
      this.say(`${file.name} cannot be read: is it open elsewhere, or was it moved?`);
    }
    // So that the same file can be given again once it is mended.
    this.input.value = '';
  }

  say(words) {
    this.said.textContent = words;
  }
}

class Button {
  constructor(place) {
    this.button = make('button', { type: 'button' });
    this.button.addEventListener('click', () => this.save());
    place.append(this.button);
  }

  show(data) {
    this.data = data;
    this.button.textContent = data.label;
  }

  save() {
    const url = URL.createObjectURL(new Blob([this.data.text], { type: 'text/csv' }));
    const link = make('a', { href: url, download: this.data.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

// In parts: a function takes only so many arguments.
function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function make(tag, attributes) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
