/* O tema só põe estas marcas com o corpo pronto, e o estilo da página inteira se calcularia outra vez. */
(page => {
  page.classList.replace("no-js", "js");
  page.classList.add("js-focus-visible");
  page.setAttribute("data-js-focus-visible", "");
})(document.documentElement);

/* O índice da busca pesa mais que a página: o pedido dele, que o tema faz ao abrir, espera alguém buscar. */
(() => {
  "use strict";
  const { open, send } = XMLHttpRequest.prototype;
  const waiting = new WeakSet();
  const asked = new Promise(resolve => {
    if (/[?&][qh]=/.test(location.search)) resolve();
    for (const kind of ["focusin", "change"])
      document.addEventListener(kind, event => {
        if (event.target.closest?.("#__search, .md-search")) resolve();
      });
  });
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    if (/search_index\.json$/.test(url)) waiting.add(this);
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (...body) {
    if (!waiting.has(this)) return send.apply(this, body);
    asked.then(() => send.apply(this, body));
  };
})();
