// What a page needs in the browser beyond Streamlit: links that keep the reader's place, and no single-key shortcuts.

if (!window.monitorPage) {
  window.monitorPage = true;
  document.documentElement.lang = 'en-GB';

  // Choices that mean the same on every page; the rest of an address belongs to the page it was made on.
  const SHARED = ['la', 'metric', 'period', 'benchmark', 'group', 'target', 'version'];

  // Quietly: the place on the page stays, and Back leads to where the reader was before.
  const choose = (path, choices, { quietly = false, without = '' } = {}) => {
    const to = new URL(location.href);
    const chosen = new URLSearchParams(choices);
    if (path && to.pathname !== path) {
      to.pathname = path;
      for (const name of [...to.searchParams.keys()]) if (!SHARED.includes(name)) to.searchParams.delete(name);
    }
    // A target is in the unit of one measure: with another it is asked anew.
    if (chosen.has('metric') && chosen.get('metric') !== to.searchParams.get('metric')) to.searchParams.delete('target');
    for (const name of [...chosen.keys(), without]) to.searchParams.delete(name);
    for (const [name, value] of chosen) to.searchParams.append(name, value);
    // Streamlit answers a step through the history by a rerun: the session, and all that is loaded, stays.
    history[quietly ? 'replaceState' : 'pushState']({}, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
    if (quietly) return;
    const top = () => document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
    // A measure chosen in a council's table is drawn above it: once it is, that is what the reader wants to see.
    if (!path && chosen.has('metric')) setTimeout(() => document.getElementById('measure')?.scrollIntoView(), 600);
    else top();
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-choose]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const to = new URL(link.href);
    const path = link.getAttribute('href').startsWith('?') ? '' : to.pathname;
    choose(path, to.searchParams, { without: link.dataset.without });
  });
  document.addEventListener('choose-quietly', ({ detail }) => choose('', detail.choices, { quietly: true }));
  document.addEventListener('open-council', ({ detail }) => choose(detail.path, { la: detail.name }));

  // A screen reader announces what changes inside a region that it knows. The sentence is drawn anew each time, so its
  // words are said in a region of our own, which stays.
  const region = Object.assign(document.createElement('div'), { className: 'said' });
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  document.body.append(region);
  const sentence = () => document.querySelector('.headline .sentence')?.textContent;
  let said = sentence();
  new MutationObserver(() => {
    const words = sentence();
    if (words && words !== said) region.textContent = said = words;
  }).observe(document.body, { childList: true, subtree: true, characterData: true });

  // The region says the same words twice only when it was empty between.
  const say = (words) => {
    region.textContent = '';
    setTimeout(() => { region.textContent = words; }, 100);
  };

  // A button copies the text beside it. Where the browser does not let us (no https, or no permission), the text is
  // selected instead: one key is left to press.
  document.addEventListener('click', async ({ target }) => {
    const button = target.closest?.('button[data-copies]');
    const text = button?.parentElement.querySelector('pre');
    if (!text) return;
    let words = `${button.dataset.copies}: copied.`;
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      text.focus();
      getSelection().selectAllChildren(text);
      words = 'Selected: press Ctrl and C to copy it.';
    }
    say(words);
    button.textContent = words.startsWith('Selected') ? 'Press Ctrl+C' : 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 4000);
  });

  // Streamlit's keys r (run again) and c (clear caches) would act on a slip of speech input (WCAG 2.1.4).
  addEventListener('keydown', (event) => {
    const typing = event.composedPath()[0]?.closest?.('input, textarea, select, [contenteditable="true"]');
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && /^[a-z]$/i.test(event.key)) event.stopPropagation();
  }, true);
}
