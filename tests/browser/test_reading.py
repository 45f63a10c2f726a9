"""Ler um fluxo num navegador: links sem JavaScript, passo a passo, câmera, toque, teclado, endereço e história."""

from __future__ import annotations

import re

import pytest

from tests.browser.unusual import NASTY, sketches
from tests.test_website import SLUGS

LARGEST = "espectrometria"
SIZES = {"telefone": (390, 844), "notebook": (1280, 800), "tela-larga": (1920, 1080)}

# O que se lê do passo mostrado: cada texto que pertence a ele, com o tamanho em px e a caixa.
READ = """() => {
  const figure = document.querySelector('figure[data-passo]');
  const svg = figure.querySelector('svg');
  const room = figure.querySelector('.arq-scroll').getBoundingClientRect();
  const scale = Math.min(svg.clientWidth / svg.viewBox.baseVal.width, svg.clientHeight / svg.viewBox.baseVal.height);
  const texts = [...svg.querySelectorAll('.arq-ativo text')].filter(text => text.textContent.trim()).map(text => {
    const box = text.getBoundingClientRect();
    return {words: text.textContent, left: box.left - room.left, top: box.top - room.top, right: room.right - box.right,
            bottom: room.bottom - box.bottom, box: [box.left, box.top, box.right, box.bottom]};
  });
  return {step: figure.dataset.passo, hash: location.hash, pixels: scale * 13, texts,
          edges: [...svg.querySelectorAll('[data-edge].arq-ativo')].map(edge => edge.dataset.edge),
          nodes: [...svg.querySelectorAll('[data-node].arq-ativo')].map(node => node.dataset.node),
          told: document.querySelector('.arq-player').innerText};
}"""


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def follow(page) -> None:
    button(page, "Seguir o fluxo").click()


def shown(page) -> str | None:
    return page.locator("figure.arq-figure").first.get_attribute("data-passo")


def faults(read: dict) -> list[str]:
    """O que não se lê: letra pequena, rótulo cortado, rótulo sobre rótulo."""
    found = [f"{read['pixels']:.1f} px"] if read["pixels"] < 11 else []
    found += [f"cortado: {text['words']}" for text in read["texts"] if min(text[side] for side in ("left", "top", "right", "bottom")) < -1]
    for index, one in enumerate(read["texts"]):
        for other in read["texts"][index + 1:]:
            (a, b, c, d), (e, f, g, h) = one["box"], other["box"]
            if min(c, g) - max(a, e) > 2 and min(d, h) - max(b, f) > 2:
                found.append(f"um sobre o outro: {one['words']} e {other['words']}")
    return [f"passo {read['step']}: {fault}" for fault in found]


# De parada em parada, com os botões: todas as setas de um passo, depois o passo seguinte.
WALK = f"""async () => {{
  const read = {READ}, stops = [];
  const named = name => [...document.querySelectorAll('button')].find(made => made.textContent === name && made.checkVisibility());
  named('Seguir o fluxo').click();
  while (true) {{
    await new Promise(requestAnimationFrame);
    stops.push(read());
    const next = [named('Próxima seta'), named('Próximo passo')].find(made => made && !made.disabled);
    if (!next || stops.length > 200) return stops;
    next.click();
  }}
}}"""


def walk(page) -> list[dict]:
    """O que se lê em cada parada, até o último passo."""
    return page.evaluate(WALK)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("size", ["telefone", "notebook"])
def test_every_step_is_read_whole_and_large_enough(visit, address, slug, size):
    width, height = SIZES[size]
    page = visit(f"{address}arquiteturas/{slug}/", width, height)
    told = page.locator("ol.arq-steps > li").count()
    stops = walk(page)
    assert [fault for stop in stops for fault in faults(stop)] == []
    assert {stop["hash"] for stop in stops} == {f"#passo-{stop['step']}" for stop in stops}
    assert [stop for stop in stops if not stop["texts"]] == []
    assert all(f"Passo {stop['step']} de {told}" in stop["told"] for stop in stops)
    carried = {edge for stop in stops for edge in stop["edges"]}
    drawn = page.eval_on_selector_all("svg.arq [data-edge][data-step]", "edges => edges.map(edge => edge.dataset.edge)")
    assert carried == set(drawn)


def test_what_belongs_to_the_step_is_lit_and_nothing_else(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/")
    told = page.evaluate("Object.fromEntries([...document.querySelectorAll('[data-node][data-step]')].map(node => [node.dataset.node, node.dataset.step]))")
    carried = page.evaluate("Object.fromEntries([...document.querySelectorAll('[data-edge][data-step]')].map(edge => [edge.dataset.edge, edge.dataset.step]))")
    for stop in walk(page):
        assert {carried[edge] for edge in stop["edges"]} <= {stop["step"]}
        ends = {end for edge in stop["edges"] for end in edge.split("--")[:2]}
        assert set(stop["nodes"]) == ends | {node for node, step in told.items() if step == stop["step"]}


def test_a_step_that_does_not_fit_is_read_one_arrow_at_a_time(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/#passo-3", 390)
    follow(page)
    first = page.evaluate(READ)
    stops = [first]
    while not button(page, "Próxima seta").is_disabled():
        button(page, "Próxima seta").click()
        stops.append(page.evaluate(READ))
    assert {stop["step"] for stop in stops} == {"3"} and len({stop["edges"][0] for stop in stops}) == len(stops) > 1
    assert all(len(stop["edges"]) == 1 and set(stop["nodes"]) == set(stop["edges"][0].split("--")) for stop in stops)
    page.keyboard.press("ArrowRight")
    assert shown(page) == "4"


@pytest.mark.parametrize("size", SIZES)
def test_without_javascript_the_picture_leads_to_the_text(visit, address, size):
    page = visit(f"{address}arquiteturas/{LARGEST}/", *SIZES[size], java_script_enabled=False)
    for selector, target in (("a[href='#balanceador']:has([data-node])", "balanceador"), ("a[href='#passo-3'] .arq-step", "passo-3"),
                             ("a[href='#vpc'] text", "vpc")):
        page.locator(f"svg.arq {selector}").first.click()
        assert page.url.endswith(f"#{target}")
        assert _in_view(page, f"[id='{target}']")
    assert not page.get_by_role("button", name="Seguir o fluxo").is_visible()


def test_a_row_and_a_step_lead_back_to_the_picture_without_javascript(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/", java_script_enabled=False)
    for link in (page.locator("tr#balanceador th a"), page.locator("li#passo-3 .arq-number")):
        link.click()
        assert _in_view(page, f"[id='{page.url.partition('#')[2]}']")


def _in_view(page, selector: str) -> bool:
    box = page.locator(selector).bounding_box()
    return box is not None and box["y"] + box["height"] > 0 and box["y"] < page.viewport_size["height"]


def test_keys_and_buttons_move_and_escape_closes(visit, address):
    page = visit(f"{address}arquiteturas/pdv-alta-disponibilidade/")
    page.get_by_role("button", name="Seguir o fluxo", exact=True).focus()
    page.keyboard.press("Enter")
    assert shown(page) == "1" and page.url.endswith("#passo-1")
    page.keyboard.press("ArrowRight")
    assert shown(page) == "2" and page.url.endswith("#passo-2")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert shown(page) == "1" and button(page, "Passo anterior").is_disabled()
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/$"))
    assert shown(page) is None and page.locator(".arq-ativo").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "Seguir o fluxo"


def test_opening_adds_one_entry_steps_replace_it_and_back_closes(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/")
    page.evaluate("scrollTo(0, document.querySelector('.arq-tools').getBoundingClientRect().top - 200)")
    before, place = page.evaluate("history.length"), page.evaluate("scrollY")
    follow(page)
    for _ in range(4):
        button(page, "Próximo passo").click()
    assert page.evaluate("history.length") == before + 1 and page.url.endswith("#passo-5")
    page.go_back()
    assert shown(page) is None and "#" not in page.url
    page.wait_for_function("place => Math.abs(scrollY - place) < 5", arg=place)
    page.go_forward()
    page.wait_for_selector("figure[data-passo='5']")


def test_a_finger_turns_the_steps(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/", 390, has_touch=True, is_mobile=True)
    button(page, "Seguir o fluxo").tap()
    assert shown(page) == "1"
    for start, end, wanted in ((330, 60, "2"), (330, 60, "3"), (60, 330, "2")):
        swipe(page, start, end, 250)
        assert shown(page) == wanted
    swipe(page, 200, 210, 250)
    assert shown(page) == "2"


def swipe(page, start: int, end: int, y: int) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": start, "y": y}]})
    for part in range(1, 6):
        x = start + (end - start) * part / 5
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


@pytest.mark.parametrize("path", [f"arquiteturas/{LARGEST}/", "comparacoes/qual-arquitetura/"])
def test_on_a_phone_the_picture_fits_and_one_touch_takes_it_to_reading_size(visit, address, path):
    page = visit(f"{address}{path}", 390, has_touch=True, is_mobile=True)
    room = page.locator(".arq-scroll")
    room.scroll_into_view_if_needed()
    assert room.evaluate("box => box.scrollWidth <= box.clientWidth")
    room.tap(position={"x": 200, "y": 100})
    assert page.locator("svg.arq").evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width * 13") >= 11
    assert "#" not in page.url
    button(page, "Ver a figura inteira").tap()
    assert room.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_link_to_a_step_shows_it_and_offers_the_player_there(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/#passo-7")
    assert _in_view(page, "#passo-7") and shown(page) is None
    page.locator("#passo-7").get_by_role("button", name="Seguir o fluxo daqui").click()
    assert shown(page) == "7"


def test_an_address_that_does_not_exist_starts_at_the_first_step(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/#passo-99")
    for hash in ("passo-99", "passo-0", "nada", "%3Cscript%3E", "passo-"):
        page.evaluate("hash => location.replace(`#${hash}`)", hash)
        follow(page)
        assert shown(page) == "1", hash
        page.keyboard.press("Escape")
        page.wait_for_url(f"**/#{hash}")


def test_reloading_keeps_the_step(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/")
    follow(page)
    button(page, "Próximo passo").click()
    page.reload()
    page.wait_for_selector("figure[data-passo='2']")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/$"))
    assert shown(page) is None


def test_a_window_resized_in_the_middle_of_a_step_is_read_again(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/#passo-3", 1280)
    follow(page)
    assert len(page.evaluate(READ)["edges"]) == 3
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelectorAll('[data-edge].arq-ativo').length === 1")
    read = page.evaluate(READ)
    assert read["step"] == "3" and faults(read) == []


def test_the_camera_travels_unless_less_motion_is_asked(visit, address):
    views = []
    for motion in ("reduce", "no-preference"):
        page = visit(f"{address}arquiteturas/{LARGEST}/", motion=motion)
        follow(page)
        page.wait_for_timeout(600)
        views.append(page.evaluate("""async () => {
            const svg = document.querySelector('svg.arq'), seen = new Set();
            [...document.querySelectorAll('.arq-buttons button')].find(made => made.textContent === 'Próximo passo').click();
            for (let index = 0; index < 12; index++) {
              await new Promise(requestAnimationFrame);
              seen.add(svg.getAttribute('viewBox'));
            }
            return seen.size;
        }"""))
    assert views[0] == 1 and views[1] > 2


def test_pointing_lights_the_same_thing_everywhere(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/")
    lit = "selector => [...document.querySelectorAll(selector)].map(found => found.id || found.dataset.edge || found.dataset.node)"
    page.locator("li#passo-4").hover(position={"x": 300, "y": 10})
    assert page.evaluate(lit, "svg.arq [data-edge].arq-luz") == [f"{LARGEST}-site--upload"]
    assert set(page.evaluate(lit, "tr.arq-luz")) == {"site", "upload"}
    page.mouse.move(2, 2)
    page.locator("tr#nat td").first.hover()
    assert page.evaluate(lit, "svg.arq .arq-luz") == [f"{LARGEST}-nat"]
    page.locator("svg.arq a[href='#api']").focus()
    assert page.evaluate(lit, "tr.arq-luz") == ["api"]
    page.locator("li#passo-4 summary").first.click()
    page.locator("li#passo-4 [data-seta]").first.hover()
    assert page.evaluate(lit, "svg.arq [data-edge].arq-luz") == [f"{LARGEST}-site--upload"]


def test_a_link_in_the_player_closes_it_and_goes(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/")
    follow(page)
    page.locator(".arq-told a[href='#dns']").click()
    assert shown(page) is None and page.url.endswith("#dns") and _in_view(page, "tr#dns")
    page.go_back()
    page.wait_for_selector("figure[data-passo='1']")


def test_from_the_file_system_everything_but_the_search_works(visit, site):
    page = visit((site / "arquiteturas" / LARGEST / "index.html").as_uri())
    follow(page)
    button(page, "Próximo passo").click()
    assert shown(page) == "2"


@pytest.mark.parametrize("slug", sketches())
@pytest.mark.parametrize("size", ["telefone", "notebook"])
def test_unusual_pictures_are_read_too(visit, odd_address, slug, size):
    sketch = sketches()[slug]
    page = visit(f"{odd_address}arquiteturas/{slug}/", *SIZES[size])
    if not sketch.steps:
        assert page.get_by_role("button", name="Seguir o fluxo").count() == 0
        return
    stops = walk(page)
    assert [fault for stop in stops for fault in faults(stop)] == []
    assert [int(step) for step in dict.fromkeys(stop["step"] for stop in stops)] == list(range(1, sketch.steps + 1))
    assert {edge for stop in stops for edge in stop["edges"]} == {f"{tail}--{head}" for tail, head, *_ in sketch.edges}


def test_dangerous_labels_are_only_text(visit, odd_address):
    page = visit(f"{odd_address}arquiteturas/perigo/")
    assert page.locator("svg.arq [data-node] text").all_text_contents() == NASTY
    follow(page)
    assert NASTY[0] in page.locator("svg.arq").text_content()


def test_the_same_picture_twice_on_a_page_is_embedded_once(visit, odd_address):
    page = visit(f"{odd_address}arquiteturas/duas/")
    assert page.locator("svg.arq").count() == 1
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map(found => found.id)).size === document.querySelectorAll('[id]').length")
    follow(page)
    assert shown(page) == "1"


def test_colors_forced_by_the_system_keep_the_step_visible(visit, address):
    page = visit(f"{address}arquiteturas/{LARGEST}/", forced_colors="active")
    follow(page)
    assert page.locator("[data-node].arq-ativo").first.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
