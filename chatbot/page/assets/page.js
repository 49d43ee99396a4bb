// Chips open the card of their source and give the focus back; quotes are copied, votes sent, a question filled in.
// The rest repairs what Gradio draws. Nothing is kept in the browser, and nothing is called but this page's own address.
(() => {
  const root = document.documentElement;
  const panel = () => document.getElementById("sources");
  const box = () => document.querySelector("#question textarea");
  let chip = null;

  // Cards

  const openCard = (from) => {
    const number = from.hash.split("-s")[1];
    const badge = document.getElementById(from.hash.slice(1));
    const card = badge && badge.closest(".card");
    if (!card) return;
    chip = from;
    root.classList.add("reading");
    const folded = card.closest("details");
    if (folded) folded.open = true;
    for (const other of panel().querySelectorAll(".current, .hot")) other.classList.remove("current", "hot");
    card.classList.add("current");
    const marks = card.querySelectorAll(`mark.m${number}`);
    for (const mark of marks) mark.classList.add("hot");
    card.querySelector(`.raw.m${number}`)?.classList.add("hot");
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
    if (marks[0]) marks[0].scrollIntoView({ block: "nearest" });
  };

  const backToAnswer = (to) => {
    root.classList.remove("reading");
    const target = to || chip;
    if (!target || !target.isConnected) return;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  };

  const closeCard = (link) => {
    const first = document.getElementById(link.hash.slice(1));
    const own = chip && chip.isConnected && chip.hash.split("-s")[0] === link.hash.split("-c")[0];
    backToAnswer(own ? chip : first);
  };

  // Copying: the owner's letters, markup and all; of the quote that is marked strongest, else of all in the card.

  const copyQuote = async (button) => {
    const all = [...button.parentElement.querySelectorAll(".raw")];
    const hot = all.filter((raw) => raw.classList.contains("hot"));
    const text = (hot.length ? hot : all).map((raw) => raw.textContent).join("\n");
    const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    if (!copied) copyByHand(text, button);
    say("Copied");
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy quote"; }, 2000);
  };

  // Without https there is no clipboard to write to, but there is still the command.
  const copyByHand = (text, button) => {
    const holder = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
    document.body.append(holder);
    holder.select();
    document.execCommand("copy");
    holder.remove();
    button.focus({ preventScroll: true });
  };

  // Votes. What was sent is remembered here only as long as the page is open, should Gradio draw an answer again.

  const votes = new Map();

  const send = async (ballot, vote, words) => {
    const reply = await fetch(new URL("feedback", base()), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ticket: ballot.id.slice("ballot-".length), vote, words }),
    }).catch(() => null);
    return reply === null ? "It could not be sent. Is the connection there?" : reply.ok ? "" : reply.text();
  };

  const castVote = async (button) => {
    const ballot = button.closest(".ballot");
    const vote = button.classList.contains("up") ? "up" : "down";
    const problem = await send(ballot, vote, "");
    votes.set(ballot.id, { vote, problem, open: !problem });
    showVote(ballot);
    if (problem) say(problem);
    else ballot.querySelector("input").focus({ preventScroll: true });
  };

  const addWords = async (form) => {
    const ballot = form.closest(".ballot");
    const { vote } = votes.get(ballot.id);
    const words = form.elements.words.value.trim();
    const problem = words ? await send(ballot, vote, words) : "";
    votes.set(ballot.id, { vote, problem, open: Boolean(problem) });
    if (!problem) box()?.focus({ preventScroll: true });
    showVote(ballot);
    say(problem || "Thank you");
  };

  const showVote = (ballot) => {
    const { vote, problem, open } = votes.get(ballot.id);
    for (const button of ballot.querySelectorAll(".vote"))
      button.setAttribute("aria-pressed", String(button.classList.contains(vote) && !(problem && !open)));
    ballot.querySelector(".problem")?.remove();
    if (problem) ballot.append(Object.assign(document.createElement("span"), { className: "problem", textContent: problem }));
    const form = ballot.querySelector("form");
    if (open && !form) ballot.insertBefore(wordsForm(ballot.id), ballot.querySelector(".problem"));
    if (open) ballot.querySelector("label").firstChild.data = vote === "up" ? "Anything to add? " : "What is missing or wrong? ";
    if (!open && form) form.replaceWith(Object.assign(document.createElement("span"), { className: "thanks", textContent: "Thank you." }));
  };

  const wordsForm = (id) => {
    const form = document.createElement("form");
    form.innerHTML =
      '<label>Anything to add? <input name="words" type="text" maxlength="500" autocomplete="off"></label>' +
      '<button type="submit">Send</button><small>Optional. Goes to the owner of this page, with your question.</small>';
    const note = form.querySelector("small");
    note.id = `${id}-note`;
    form.elements.words.setAttribute("aria-describedby", note.id);
    return form;
  };

  // What a screen reader is told of what happens elsewhere than at the focus.
  const say = (words) => {
    let line = document.getElementById("said-aloud");
    if (!line) {
      line = Object.assign(document.createElement("div"), { id: "said-aloud", className: "sr" });
      line.setAttribute("role", "status");
      (document.querySelector("main") || document.body).append(line);
    }
    line.textContent = words;
  };

  // Events

  const base = () => `${(window.gradio_config?.root || location.href.split(/[?#]/)[0]).replace(/\/$/, "")}/`;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.chip, a.back, button.close, button.literally, button.copy, button.vote");
    if (!link) return;
    event.preventDefault();
    if (link.matches(".chip")) openCard(link);
    else if (link.matches(".literally")) document.querySelector("#chat .options .option")?.click();
    else if (link.matches(".copy")) copyQuote(link);
    else if (link.matches(".vote")) castVote(link);
    else if (link.matches(".close")) backToAnswer(null);
    else closeCard(link);
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.closest(".ballot")) return;
    event.preventDefault();
    addWords(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (panel()?.contains(document.activeElement)) backToAnswer(null);
    else if (window.parent !== window) window.parent.postMessage("faqsimile:close", "*");
  });

  // A question in the address (?q=…) is filled in, for the visitor to send.
  let prefilled = false;
  const prefill = () => {
    const field = box();
    if (prefilled || !field) return;
    prefilled = true;
    const question = new URLSearchParams(location.search).get("q");
    if (!question) return;
    field.value = question.slice(0, field.maxLength > 0 ? field.maxLength : 1000);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // A new answer is read from its question on, not from its end.
  let asked = 0;
  const showNewest = () => {
    const questions = document.querySelectorAll("#chat .said");
    if (questions.length > asked) questions[questions.length - 1].scrollIntoView({ block: "start" });
    if (questions.length !== asked) root.classList.remove("reading");
    asked = questions.length;
    root.classList.toggle("talking", asked > 0);
  };

  // Gradio repeats the source of each message in a label, calls buttons a list without items, takes the language of the
  // browser for that of the page, and looks for its manifest at the top of the site, wherever the page is.
  const repair = () => {
    document.querySelector("link[rel=manifest]")?.remove();
    for (const message of document.querySelectorAll("#chat .message[aria-label], #chat [data-testid][aria-label]"))
      message.removeAttribute("aria-label");
    for (const examples of document.querySelectorAll("#chat .examples[role=list]")) examples.setAttribute("role", "group");
    for (const ballot of document.querySelectorAll("#chat .ballot"))
      if (votes.has(ballot.id) && !ballot.querySelector("[aria-pressed]")) showVote(ballot);
    const language = document.querySelector("#heading .title")?.lang;
    if (language && root.lang !== language) root.lang = language;
    prefill();
    showNewest();
  };
  new MutationObserver(repair).observe(root, { childList: true, subtree: true, attributeFilter: ["lang"] });
})();
