/* Ler um fluxo: o que se aponta acende em todo lugar, e "Seguir o fluxo" mostra um passo por vez. */
(() => {
  "use strict";

  /* O texto da figura tem 13 unidades: abaixo desta escala ele teria menos de 11 px. */
  const LEAST = 11 / 13;
  const MOST = 1.7;
  const MARGIN = 14;
  const TRAVEL = 380;
  const SWIPE = 45;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  /* Caixas: {left, top, right, bottom}, em unidades da figura. */
  const boxed = ({ x, y, width, height }) => ({ left: x, top: y, right: x + width, bottom: y + height });
  const union = boxes => ({
    left: Math.min(...boxes.map(box => box.left)),
    top: Math.min(...boxes.map(box => box.top)),
    right: Math.max(...boxes.map(box => box.right)),
    bottom: Math.max(...boxes.map(box => box.bottom)),
  });
  const moved = (box, [dx, dy]) =>
    ({ left: box.left + dx, top: box.top + dy, right: box.right + dx, bottom: box.bottom + dy });
  const wide = box => box.right - box.left;
  const high = box => box.bottom - box.top;

  /* O que se lê de uma parte: de um grupo, só o título; o resto é fundo. O número que ela tem vem junto. */
  const boxOf = part => {
    const { node, group } = part.dataset;
    const seen = group === undefined ? [part] : all(part, ":scope > text, :scope > use");
    const numbers = all(part.ownerSVGElement, "[data-of]").filter(number => number.dataset.of === (node ?? group));
    return union([...seen, ...numbers].map(element => boxed(element.getBBox())));
  };

  class Player {
    constructor(figure, order) {
      this.figure = figure;
      this.order = order;
      this.scroll = figure.querySelector(".arq-scroll");
      this.svg = this.scroll.querySelector("svg");
      this.whole = this.svg.getAttribute("viewBox");
      this.parts = all(this.svg, "[data-node], [data-group], [data-edge]");
      this.steps = [...new Set(this.parts.map(part => Number(part.dataset.step)).filter(Boolean))].sort((a, b) => a - b);
      this.undo = [];
    }

    part(id) {
      return this.parts.find(part => part.dataset.node === id || part.dataset.group === id);
    }

    ends(edge) {
      return edge.dataset.edge.split("--").slice(0, 2).map(id => this.part(id)).filter(Boolean);
    }

    build() {
      const button = (label, act, kind = "") => {
        const made = make("button", { type: "button", class: kind }, label);
        made.addEventListener("click", act);
        return made;
      };
      this.told = make("div", { class: "arq-told", "aria-live": "polite", tabindex: "0", role: "group", "aria-label": "O passo" });
      this.back = button("Passo anterior", () => this.go(-1));
      this.next = button("Próximo passo", () => this.go(1));
      this.arrow = button("Próxima seta", () => this.show(this.step, this.item + 1));
      this.out = button("Fechar", () => this.leave());
      const buttons = make("div", { class: "arq-buttons" }, this.back, this.next, this.arrow, this.out);
      const panel = make("div", { class: "arq-panel" }, this.told, buttons);
      this.dialog = make("dialog", { class: "arq-player", "aria-label": "Seguir o fluxo" }, panel);
      this.figure.append(this.dialog);
      this.listen();
    }

    listen() {
      this.dialog.addEventListener("cancel", event => {
        event.preventDefault();
        this.leave();
      });
      this.dialog.addEventListener("close", () => this.leave());
      this.dialog.addEventListener("keydown", event => {
        const moves = { ArrowRight: 1, ArrowLeft: -1 };
        if (!moves[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        this.go(moves[event.key]);
      });
      this.dialog.addEventListener("click", event => this.follow(event));
      let from = null;
      this.dialog.addEventListener("touchstart", event => {
        from = event.touches.length === 1 ? event.touches[0] : null;
      }, { passive: true });
      this.dialog.addEventListener("touchend", event => {
        if (!from || event.touches.length || (window.visualViewport?.scale ?? 1) > 1.05) return;
        const to = event.changedTouches[0];
        const [dx, dy] = [to.clientX - from.clientX, to.clientY - from.clientY];
        if (Math.abs(dx) > SWIPE && Math.abs(dx) > 1.5 * Math.abs(dy)) this.go(dx < 0 ? 1 : -1);
      }, { passive: true });
      new ResizeObserver(() => this.open && this.show(this.step, this.item, false)).observe(this.scroll);
    }

    /* No diálogo, o número de um passo leva a ele, um componente não leva (o dedo o toca sem querer), e outro link fecha. */
    follow(event) {
      const link = event.target.closest?.("a[href^='#']");
      if (!link) return;
      const step = /^#passo-(\d+)$/.exec(link.getAttribute("href"));
      if (step && this.steps.includes(Number(step[1]))) {
        event.preventDefault();
        this.show(Number(step[1]));
      } else if (this.scroll.contains(link)) event.preventDefault();
      else this.finish();
    }

    get open() {
      return this.figure.dataset.passo !== undefined;
    }

    start(step) {
      if (!this.steps.includes(step)) step = this.steps[0];
      history.pushState({ ...this.state(step), arqLugar: scrollY }, "", `#passo-${step}`);
      this.enter(step);
    }

    state(step) {
      return { arqFigura: this.order, arqPasso: step };
    }

    /* Abre, sem mexer na história: `start` e a volta do navegador chegam aqui. */
    enter(step) {
      if (!this.dialog) this.build();
      if (!this.dialog.open) {
        this.place = history.state?.arqLugar;
        this.figure.style.minHeight = `${this.figure.offsetHeight}px`;
        this.dialog.prepend(this.scroll);
        this.figure.dataset.passo = step;
        this.dialog.showModal();
        this.next.focus();
      }
      this.show(step);
    }

    go(by) {
      const step = this.steps[this.steps.indexOf(this.step) + by];
      if (step !== undefined) this.show(step);
    }

    leave() {
      if (!this.open) return;
      this.finish(true);
      if (history.state?.arqPasso) history.back();
    }

    /* Fecha; `stay` devolve a página ao lugar em que estava. */
    finish(stay) {
      if (!this.open) return;
      const { place } = this;
      if (stay && place !== undefined) setTimeout(() => scrollTo({ top: place, behavior: "instant" }));
      cancelAnimationFrame(this.frame);
      this.clear();
      delete this.figure.dataset.passo;
      this.svg.setAttribute("viewBox", this.whole);
      this.dialog.before(this.scroll);
      this.figure.style.minHeight = "";
      this.dialog.close();
    }

    clear() {
      for (const restore of this.undo.splice(0)) restore();
      delete this.figure.dataset.perto;
      for (const part of all(this.svg, ".arq-ativo")) part.classList.remove("arq-ativo");
    }

    /* O passo inteiro, se cabe com o texto legível; senão, uma seta (ou um componente) por vez. */
    items(step) {
      const own = this.parts.filter(part => Number(part.dataset.step) === step);
      const items = own.map(part => (part.dataset.edge === undefined ? [part] : [part, ...this.ends(part)]));
      const together = [...new Set(items.flat())];
      return items.length > 1 && this.scale(union(together.map(boxOf))) < LEAST ? items : [together];
    }

    scale(box) {
      const { clientWidth, clientHeight } = this.scroll;
      return Math.min((clientWidth - 2 * MARGIN) / wide(box), (clientHeight - 2 * MARGIN) / high(box), MOST);
    }

    show(step, item = 0, travel = true) {
      this.clear();
      this.figure.dataset.passo = step;
      this.step = step;
      const items = this.items(step);
      this.item = Math.max(0, Math.min(item, items.length - 1));
      const active = items[this.item];
      const named = active.map(part => part.dataset.node ?? part.dataset.group).filter(Boolean);
      for (const part of active) part.classList.add("arq-ativo");
      for (const number of all(this.svg, "[data-of]"))
        if (named.includes(number.dataset.of) && this.part(number.dataset.of).dataset.step === String(step)) number.classList.add("arq-ativo");
      let box = union(active.map(boxOf));
      const arrow = active.find(part => part.dataset.edge !== undefined);
      if (arrow && active.length < 4 && this.scale(box) < LEAST) box = this.bring(arrow);
      if (!this.arrived || this.arrived !== step) this.tell(step);
      this.say(active, items.length);
      /* Um botão apagado levaria o foco, e as teclas, consigo. */
      const focused = document.activeElement;
      if (focused.disabled || focused.hidden || !this.dialog.contains(focused))
        [this.next, this.arrow, this.back, this.out].find(made => !made.disabled && !made.hidden).focus();
      this.look(box, travel);
      const { arqPasso, arqFigura } = history.state ?? {};
      if (arqPasso !== step || arqFigura !== this.order)
        history.replaceState({ ...history.state, ...this.state(step) }, "", `#passo-${step}`);
    }

    tell(step) {
      const place = this.steps.indexOf(step);
      const title = make("h2", {}, `Passo ${step} de ${Math.max(this.steps.at(-1), all(document, "ol.arq-steps > li").length)}`);
      const text = make("div");
      for (const node of document.getElementById(`passo-${step}`)?.childNodes ?? []) text.append(node.cloneNode(true));
      for (const extra of all(text, ".arq-number, .arq-see")) extra.remove();
      for (const marked of all(text, ".arq-luz")) marked.classList.remove("arq-luz");
      this.which = make("p", { class: "arq-which" });
      this.told.replaceChildren(title, this.which, text);
      this.told.scrollTop = 0;
      this.back.disabled = place === 0;
      this.next.disabled = place === this.steps.length - 1;
      this.arrived = step;
    }

    say(active, count) {
      const more = this.item + 1 < count;
      this.arrow.hidden = count < 2;
      this.arrow.disabled = !more;
      this.arrow.classList.toggle("arq-first", more);
      this.next.classList.toggle("arq-first", !more);
      this.out.style.gridColumn = count < 2 ? "1 / -1" : "";
      this.which.hidden = count < 2;
      const said = active[0].querySelector("a") ?? active[0].closest("a");
      const words = (said?.getAttribute("aria-label") ?? "").replace(/^Passo .*?: /, "");
      this.which.textContent = `${active[0].dataset.edge === undefined ? "Parte" : "Seta"} ${this.item + 1} de ${count}: ${words}`;
    }

    look(box, travel) {
      const { clientWidth, clientHeight } = this.scroll;
      if (!clientWidth || !clientHeight) return;
      const scale = this.scale(box);
      const [width, height] = [clientWidth / scale, clientHeight / scale];
      const to = [(box.left + box.right - width) / 2, (box.top + box.bottom - height) / 2, width, height];
      const from = this.svg.getAttribute("viewBox").split(" ").map(Number);
      const set = view => this.svg.setAttribute("viewBox", view.map(value => value.toFixed(2)).join(" "));
      cancelAnimationFrame(this.frame);
      if (!travel || still.matches) return set(to);
      const began = performance.now();
      const step = now => {
        const past = Math.min((now - began) / TRAVEL, 1);
        const eased = 1 - (1 - past) ** 3;
        set(to.map((value, index) => from[index] + (value - from[index]) * eased));
        if (past < 1) this.frame = requestAnimationFrame(step);
      };
      this.frame = requestAnimationFrame(step);
    }

    change(element, name, value) {
      const before = element.getAttribute(name);
      this.undo.push(() => (before === null ? element.removeAttribute(name) : element.setAttribute(name, before)));
      element.setAttribute(name, value);
    }

    shift(element, [dx, dy]) {
      this.change(element, "transform", `translate(${dx.toFixed(1)} ${dy.toFixed(1)})`);
    }

    /* Uma seta mais longa que a janela: as pontas vêm para perto, com o rótulo e o número entre elas. */
    bring(edge) {
      const [tail, head = tail] = this.ends(edge);
      this.figure.dataset.perto = "";
      const icons = [tail, head].map(part => boxed((part.querySelector("use, rect:not(.arq-area)") ?? part).getBBox()));
      const [a, b] = [tail, head].map(boxOf);
      const label = edge.querySelector(":scope > text");
      const words = label ? boxed(label.getBBox()) : { left: 0, top: 0, right: 0, bottom: 0 };
      const center = icons.map(box => [(box.left + box.right) / 2, (box.top + box.bottom) / 2]);
      const space = across => Math.max(across ? wide(words) : high(words), 26) + 44;
      /* Deitada, se era assim e cabe; senão, em pé. */
      const fits = (wide(a) + space(true) + wide(b)) * LEAST < this.scroll.clientWidth - 2 * MARGIN;
      const across = fits && Math.abs(center[1][0] - center[0][0]) >= Math.abs(center[1][1] - center[0][1]);
      const sign = Math.sign(center[1][across ? 0 : 1] - center[0][across ? 0 : 1]) || 1;
      const room = space(across);
      const reach = across ? (wide(a) + wide(b)) / 2 + room : (sign > 0 ? a.bottom : b.bottom) - (sign > 0 ? center[0][1] : center[1][1]) + room + 30;
      const goal = across ? [center[0][0] + sign * reach, center[0][1]] : [center[0][0], center[0][1] + sign * reach];
      const by = [goal[0] - center[1][0], goal[1] - center[1][1]];
      this.shift(head, by);
      for (const number of all(this.svg, "[data-of]")) if (number.dataset.of === head.dataset.node) this.shift(number, by);
      const near = moved(b, by);
      const [from, to] = across
        ? [[center[0][0] + sign * 32, center[0][1]], [goal[0] - sign * 32, goal[1]]]
        : [[center[0][0], sign > 0 ? a.bottom + 6 : a.top - 6], [goal[0], sign > 0 ? near.top - 6 : near.bottom + 6]];
      const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
      this.line(edge, from, to, across ? [sign, 0] : [0, sign]);
      const circle = edge.querySelector("circle");
      const number = edge.querySelector(".arq-step");
      if (number) this.shift(number, [middle[0] - circle.getAttribute("cx"), middle[1] - circle.getAttribute("cy")]);
      const place = across
        ? [middle[0] - (words.left + words.right) / 2, middle[1] - 16 - words.bottom]
        : [middle[0] + 18 - words.left, middle[1] - (words.top + words.bottom) / 2];
      if (label) this.shift(label, place);
      return union([a, near, ...(label ? [moved(words, place)] : [])]);
    }

    line(edge, from, to, [ux, uy]) {
      const point = ([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`;
      for (const line of all(edge, "path:not(.arq-tip)")) this.change(line, "d", `M${point(from)}L${point(to)}`);
      all(edge, ".arq-tip").forEach((tip, index) => {
        const [[x, y], way] = index ? [from, -1] : [to, 1];
        const [bx, by] = [x - way * ux * 9, y - way * uy * 9];
        this.change(tip, "d", `M${point([x, y])}L${point([bx - uy * 4, by + ux * 4])} ${point([bx + uy * 4, by - ux * 4])}Z`);
      });
    }
  }

  const lights = article => {
    const light = target => {
      for (const lit of all(article, ".arq-luz")) lit.classList.remove("arq-luz");
      const place = target?.closest?.("[data-edge], [data-node], [data-group], [data-seta], tr[id], li[id^='passo-'], a[href^='#']");
      if (!place) return;
      const [nodes, edges, steps] = [new Set(), new Set(), new Set()];
      const { edge, seta, node, group } = place.dataset;
      const id = node ?? group ?? place.getAttribute("href")?.slice(1) ?? place.id;
      const step = /^passo-(\d+)$/.exec(id);
      if (edge || seta) (edge ?? seta).split(" ").forEach(name => edges.add(name));
      else if (step) steps.add(step[1]);
      else if (article.querySelector(`tr[id="${CSS.escape(id)}"]`)) nodes.add(id);
      else return;
      const drawn = all(article, ".arq [data-edge], .arq [data-node], .arq [data-group]");
      for (const part of drawn) {
        if (!steps.has(part.dataset.step)) continue;
        if (part.dataset.edge) edges.add(part.dataset.edge);
        else nodes.add(part.dataset.node ?? part.dataset.group);
      }
      for (const part of drawn) if (edges.has(part.dataset.edge)) {
        part.dataset.edge.split("--").slice(0, 2).forEach(end => nodes.add(end));
        if (part.dataset.step) steps.add(part.dataset.step);
      }
      const shine = (elements, same) => elements.filter(same).forEach(element => element.classList.add("arq-luz"));
      shine(drawn, part => edges.has(part.dataset.edge) || nodes.has(part.dataset.node ?? part.dataset.group));
      shine(all(article, "tr[id]"), row => nodes.has(row.id));
      shine(all(article, "li[id^='passo-']"), item => steps.has(item.id.slice(6)));
      shine(all(article, "[data-seta]"), proof => proof.dataset.seta.split(" ").some(name => edges.has(name)));
      shine(all(article, ".arq-steps a"), link => nodes.has(link.getAttribute("href").slice(1)));
    };
    let shown = null;
    let spot = "";
    const change = event => {
      /* A página que rola sob o cursor não aponta. */
      const still = event.type === "pointerover" && spot === (spot = `${event.clientX} ${event.clientY}`);
      if (event.target === shown || still) return;
      shown = event.target;
      light(shown);
    };
    article.addEventListener("pointerover", change);
    article.addEventListener("pointerleave", () => light((shown = null)));
    article.addEventListener("focusin", change);
  };

  /* No telefone a figura cabe inteira; um toque, ou o botão, a leva ao tamanho de leitura. */
  const reading = figure => {
    const scroll = figure.querySelector(".arq-scroll");
    const button = figure.querySelector("[data-acao='ampliar']");
    const svg = scroll.querySelector("svg");
    const small = () => svg.getBoundingClientRect().width < svg.getAttribute("width") * 0.8;
    const near = (on, x = 0.5, y = 0.5) => {
      scroll.classList.toggle("arq-perto", on);
      button.textContent = on ? "Ver a figura inteira" : "Ampliar";
      button.setAttribute("aria-pressed", on);
      const box = svg.getBoundingClientRect();
      scroll.scrollLeft = box.width * x - scroll.clientWidth / 2;
      if (on) window.scrollBy(0, box.top + box.height * y - innerHeight / 2);
    };
    button.addEventListener("click", () => near(!scroll.classList.contains("arq-perto")));
    scroll.addEventListener("click", event => {
      const touch = event.pointerType ? event.pointerType === "touch" : matchMedia("(pointer: coarse)").matches;
      if (!touch || figure.dataset.passo || scroll.classList.contains("arq-perto") || !small()) return;
      event.preventDefault();
      event.stopPropagation();
      const box = svg.getBoundingClientRect();
      near(true, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    }, true);
  };

  /* As cores do YAML sem um elemento por palavra, quando a lista chega perto. */
  const paint = listing => {
    if (!window.Highlight) return;
    const [keys, texts, notes] = ["arq-chave", "arq-texto", "arq-nota"].map(name => {
      const made = new Highlight();
      CSS.highlights.set(name, made);
      return made;
    });
    const mark = (kind, node, from, to) => kind.add(new StaticRange({ startContainer: node, startOffset: from, endContainer: node, endOffset: to }));
    let program = -1;
    for (const line of all(listing, "li")) {
      const words = line.textContent;
      const depth = words.search(/\S/);
      if (program >= 0 && (depth < 0 || depth > program)) continue;
      program = /: (!Sub )?[|>]-?\s*$/.test(words) ? depth : -1;
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.data;
        const key = /^(\s*(?:- )*)([\w:.-]+|"[^"]*")(?=:(\s|$))/.exec(text);
        if (key) mark(keys, node, key[1].length, key[0].length);
        for (const found of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g))
          if (!key || found.index >= key[0].length) mark(texts, node, found.index, found.index + found[0].length);
        const note = /(^|\s)#.*$/.exec(text);
        if (note) mark(notes, node, note.index, text.length);
      }
    }
  };

  /* Do tema: marcos sem nome nos blocos de código, e tabelas que rolam sem ter foco. */
  const mend = () => {
    for (const bar of all(document, "nav.md-code__nav")) bar.setAttribute("role", "none");
    for (const box of all(document, ".md-typeset__scrollwrap")) box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1;
  };

  const start = () => {
    all(document, ".arq-figure, .arq-choice").forEach(reading);
    const figures = all(document, ".arq-figure");
    const players = figures.map((figure, order) => new Player(figure, order));
    figures.forEach((figure, order) => {
      for (const line of all(figure, "[data-edge] > .arq-line")) {
        const area = line.cloneNode();
        area.setAttribute("class", "arq-area");
        line.after(area);
      }
      const full = figure.querySelector("[data-acao='tela']");
      full.hidden = !document.fullscreenEnabled;
      const open = full.textContent;
      figure.addEventListener("fullscreenchange", () => (full.textContent = document.fullscreenElement ? "Sair da tela cheia" : open));
      full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : figure.requestFullscreen()));
      const wanted = () => Number(/^#passo-(\d+)$/.exec(location.hash)?.[1]);
      figure.querySelector("[data-acao='seguir']")?.addEventListener("click", () => players[order].start(wanted()));
    });
    /* A altura de um bloco ainda não desenhado, para que o link de uma linha chegue a ela. */
    for (const lines of all(document, ".arq-part > ol")) lines.parentNode.style.containIntrinsicHeight = `${lines.childElementCount * 1.4}em`;
    const listing = document.querySelector(".arq-template");
    const near = listing && new IntersectionObserver(seen => {
      if (!seen.some(entry => entry.isIntersecting)) return;
      near.disconnect();
      paint(listing);
    }, { rootMargin: "400px" });
    near?.observe(listing);
    new MutationObserver(mend).observe(document.querySelector("article") ?? document.body, { childList: true, subtree: true });
    mend();
    if (!players.length) return;
    all(document, "article").forEach(lights);
    document.addEventListener("click", event => {
      const see = event.target.closest?.("[data-ver]");
      if (see) players[0].start(Number(see.dataset.ver));
      else if (event.target.matches?.(".arq-part li") && event.offsetX < 50) location.hash = event.target.id;
    });
    const follow = () => {
      const { arqFigura, arqPasso } = history.state ?? {};
      players.forEach((player, order) => {
        if (arqPasso && order === arqFigura && player.steps.includes(arqPasso)) player.enter(arqPasso);
        else player.finish(true);
      });
    };
    addEventListener("popstate", follow);
    follow();
  };
  start();
})();
