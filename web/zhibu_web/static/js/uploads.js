// Sends files in parts and goes on where a broken connection stopped; without it the form sends them whole.
(() => {
  'use strict';

  const TRIES = 8;
  const pause = (tries) => new Promise((done) => { setTimeout(done, Math.min(500 * 2 ** tries, 15000)); });
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

  class Refused extends Error {}

  async function ask(address, options) {
    const answer = await fetch(address, { credentials: 'same-origin', ...options });
    if (answer.ok || answer.status === 409) return answer;
    if (answer.status >= 500) throw new Error(String(answer.status));
    const said = await answer.json().catch(() => ({}));
    throw new Refused(said.title || String(answer.status));
  }

  const send = (address, body) => ask(address, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });

  // An upload that this browser began before is gone on with: the same file for the same record.
  async function begin(form, file, key) {
    const known = localStorage.getItem(key);
    if (known) {
      const answer = await ask(known, { method: 'GET' }).catch((error) => { if (!(error instanceof Refused)) throw error; });
      if (answer) return { ...(await answer.json()), address: known };
      localStorage.removeItem(key);
    }
    const found = await (await send(form.dataset.uploads, { name: file.name, size: file.size })).json();
    localStorage.setItem(key, found.address);
    return found;
  }

  async function upload(form, file, show) {
    const key = `upload ${form.dataset.uploads} ${file.name} ${file.size} ${file.lastModified}`;
    const state = await begin(form, file, key);
    let at = state.received;
    for (let tries = 0; at < file.size;) {
      try {
        const body = file.slice(at, at + Math.min(state.largest_part, 4 << 20));
        const answer = await ask(state.address, { method: 'PATCH', headers: { 'Upload-Offset': String(at) }, body });
        at = Number(answer.headers.get('Upload-Offset'));
        tries = 0;
        show(at / file.size, form.dataset.sending);
      } catch (error) {
        tries += 1;
        if (error instanceof Refused || tries > TRIES) throw error;
        show(at / file.size, form.dataset.again);
        await pause(tries);
      }
    }
    const sha256 = hex(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    try {
      await send(`${state.address}/finish`, { sha256 });
      localStorage.removeItem(key);
    } catch (error) {
      if (error instanceof Refused) {
        localStorage.removeItem(key);
        await ask(state.address, { method: 'DELETE' }).catch(() => {});
      }
      throw error;
    }
  }

  async function sendAll(form, files) {
    const bar = form.querySelector('progress');
    const words = form.querySelector('[data-said]');
    const button = form.querySelector('button[type="submit"], button:not([type])');
    bar.hidden = false;
    button.disabled = true;
    try {
      for (const [place, file] of files.entries()) {
        await upload(form, file, (share, said) => {
          bar.value = (place + share) / files.length;
          words.textContent = `${said} ${file.name}`;
        });
      }
      const page = new URL(location.href);
      page.hash = 'attached';
      history.replaceState(null, '', page);
      location.reload();
    } catch (error) {
      words.textContent = error instanceof Refused ? error.message : form.dataset.failed;
      button.disabled = false;
      button.focus();
    }
  }

  for (const form of document.querySelectorAll('form[data-uploads]')) {
    form.addEventListener('submit', (event) => {
      const files = [...form.querySelector('input[type="file"]').files];
      if (!files.length || !window.crypto?.subtle) return;
      event.preventDefault();
      sendAll(form, files);
    });
  }
})();
