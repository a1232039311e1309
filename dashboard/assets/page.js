// What a page needs in the browser beyond Streamlit: links that keep the reader's place, and no single-key shortcuts.

if (!window.monitorPage) {
  window.monitorPage = true;
  document.documentElement.lang = 'en-GB';

  // Choices that mean the same on every page; the rest of an address belongs to the page it was made on.
  const SHARED = ['la', 'metric', 'period', 'benchmark'];

  const choose = (path, choices) => {
    const to = new URL(location.href);
    if (path && to.pathname !== path) {
      to.pathname = path;
      for (const name of [...to.searchParams.keys()]) if (!SHARED.includes(name)) to.searchParams.delete(name);
    }
    for (const [name, value] of Object.entries(choices)) to.searchParams.set(name, value);
    // Streamlit answers a step through the history by a rerun: the session, and all that is loaded, stays.
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
    const top = () => document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
    // A measure chosen in a council's table is drawn below it: once it is, that is what the reader wants to see.
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
  document.addEventListener('open-council', ({ detail }) => choose(detail.path, { la: detail.name }));

  // Streamlit's keys r (run again) and c (clear caches) would act on a slip of speech input (WCAG 2.1.4).
  addEventListener('keydown', (event) => {
    const typing = event.composedPath()[0]?.closest?.('input, textarea, select, [contenteditable="true"]');
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && /^[a-z]$/i.test(event.key)) event.stopPropagation();
  }, true);
}
