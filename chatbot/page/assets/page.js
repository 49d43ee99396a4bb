// Chips open the card of their source and give the focus back; three repairs of what Gradio draws. Nothing else.
(() => {
  const root = document.documentElement;
  const panel = () => document.getElementById("sources");
  let chip = null;

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

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.chip, a.back, button.close, button.literally");
    if (!link) return;
    event.preventDefault();
    if (link.matches(".chip")) openCard(link);
    else if (link.matches(".literally")) document.querySelector("#chat .options .option")?.click();
    else if (link.matches(".close")) backToAnswer(null);
    else {
      const first = document.getElementById(link.hash.slice(1));
      const own = chip && chip.isConnected && chip.hash.split("-s")[0] === link.hash.split("-c")[0];
      backToAnswer(own ? chip : first);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel() && panel().contains(document.activeElement)) backToAnswer(null);
  });

  // A new answer is read from its question on, not from its end.
  let asked = 0;
  const showNewest = () => {
    const questions = document.querySelectorAll("#chat .said");
    if (questions.length > asked) questions[questions.length - 1].scrollIntoView({ block: "start" });
    if (questions.length !== asked) root.classList.remove("reading");
    asked = questions.length;
    root.classList.toggle("talking", asked > 0);
  };

  // Gradio repeats the source of each message in a label, and calls buttons a list without items.
  const repair = () => {
    for (const message of document.querySelectorAll("#chat .message[aria-label], #chat [data-testid][aria-label]"))
      message.removeAttribute("aria-label");
    for (const examples of document.querySelectorAll("#chat .examples[role=list]")) examples.setAttribute("role", "group");
    showNewest();
  };
  new MutationObserver(repair).observe(root, { childList: true, subtree: true });
})();
