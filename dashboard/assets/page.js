// What a page needs in the browser beyond Streamlit: links that keep the reader's place, and no single-key shortcuts.

if (!window.monitorPage) {
  window.monitorPage = true;
  document.documentElement.lang = 'en-GB';

  // Choices that mean the same on every page; the rest of an address belongs to the page it was made on.
  const SHARED = ['la', 'metric', 'period', 'benchmark', 'group', 'target'];

  // Quietly: the place on the page stays, and Back leads to where the reader was before.
  const choose = (path, choices, { quietly = false } = {}) => {
    const to = new URL(location.href);
    if (path && to.pathname !== path) {
      to.pathname = path;
      for (const name of [...to.searchParams.keys()]) if (!SHARED.includes(name)) to.searchParams.delete(name);
    }
    // A target is in the unit of one measure: with another it is asked anew.
    if (choices.metric && choices.metric !== to.searchParams.get('metric')) to.searchParams.delete('target');
    for (const [name, value] of Object.entries(choices)) to.searchParams.set(name, value);
    // Streamlit answers a step through the history by a rerun: the session, and all that is loaded, stays.
    history[quietly ? 'replaceState' : 'pushState']({}, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
    if (quietly) return;
    const top = () => document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
    // A measure chosen in a council's table is drawn above it: once it is, that is what the reader wants to see.
    if (!path && choices.metric) setTimeout(() => document.getElementById('measure')?.scrollIntoView(), 600);
    else top();
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-choose]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const to = new URL(link.href);
    choose(link.getAttribute('href').startsWith('?') ? '' : to.pathname, Object.fromEntries(to.searchParams));
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

  // Streamlit's keys r (run again) and c (clear caches) would act on a slip of speech input (WCAG 2.1.4).
  addEventListener('keydown', (event) => {
    const typing = event.composedPath()[0]?.closest?.('input, textarea, select, [contenteditable="true"]');
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && /^[a-z]$/i.test(event.key)) event.stopPropagation();
  }, true);
}
