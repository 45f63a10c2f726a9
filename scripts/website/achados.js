/* Só em `servir`: os achados da conferência, na página que se está escrevendo. */
(() => {
  "use strict";
  const box = document.createElement("details");
  box.id = "achados";
  box.setAttribute("role", "status");
  Object.assign(box.style, {
    position: "fixed", insetInline: "0", bottom: "0", zIndex: "1000", maxHeight: "40vh", overflow: "auto",
    padding: ".6rem 1rem", background: "#5c1414", color: "#fff", font: "14px/1.5 monospace",
  });
  let shown = "";
  const show = findings => {
    const text = JSON.stringify(findings);
    if (text === shown) return;
    shown = text;
    box.replaceChildren();
    if (!findings.length) return box.remove();
    const title = document.createElement("summary");
    title.textContent = findings.length === 1 ? "1 achado" : `${findings.length} achados`;
    box.append(title);
    for (const { path, line, code, message } of findings) {
      const item = document.createElement("p");
      item.textContent = `${path}:${line}: [${code}] ${message}`;
      item.style.margin = ".4em 0";
      box.append(item);
    }
    box.open = findings.length < 4;
    document.body.append(box);
  };
  const ask = () =>
    fetch("/achados.json")
      .then(answer => answer.json())
      .then(show)
      .catch(() => {})
      .finally(() => setTimeout(ask, 1500));
  ask();
})();
