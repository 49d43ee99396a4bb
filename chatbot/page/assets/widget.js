// The chat in the corner of another page. Put it there with one line:
//   <script src="https://chat.example.org/widget.js" async></script>
// Which pages may do so is the chat owner's setting; in all others the frame stays shut. Words of the button: data-label.
(() => {
  const own = document.currentScript;
  const address = new URL(".", own.src).href;
  const label = own.dataset.label || "Ask a question";

  const host = document.createElement("div");
  const shade = host.attachShadow({ mode: "open" });
  shade.innerHTML = `
    <style>
      :host { all: initial; position: fixed; z-index: 2147483000; right: 20px; bottom: 20px; font: 500 16px/1.2 system-ui, sans-serif; }
      button { font: inherit; cursor: pointer; border: 0; }
      button:focus-visible { outline: 3px solid #a5b4fc; outline-offset: 2px; }
      .bubble { display: flex; align-items: center; gap: 10px; min-height: 48px; padding: 0 20px; border-radius: 24px; background: #4338ca; color: #fff;
        box-shadow: 0 4px 20px rgb(17 24 39 / 25%); }
      .bubble:hover { background: #3730a3; }
      .panel { display: none; position: fixed; right: 20px; bottom: 20px; width: min(420px, calc(100vw - 40px)); height: min(680px, calc(100vh - 40px));
        flex-direction: column; overflow: hidden; border: 1px solid #c7cdd8; border-radius: 18px; background: #f5f6f9; box-shadow: 0 12px 48px rgb(17 24 39 / 30%); }
      .open .panel { display: flex; }
      .open .bubble { display: none; }
      .bar { display: flex; justify-content: space-between; align-items: center; padding: 4px 4px 4px 16px; background: #4338ca; color: #fff; }
      .close { min-width: 44px; min-height: 44px; border-radius: 12px; background: none; color: inherit; }
      .close:hover { background: rgb(255 255 255 / 15%); }
      .close:focus-visible { outline-color: #fff; outline-offset: -4px; }
      iframe { flex: 1; width: 100%; border: 0; }
      @media (max-width: 480px) { .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; } }
      @media (forced-colors: active) { .bubble, .panel, .close { border: 1px solid; } }
    </style>
    <div class="all">
      <button class="bubble" type="button" aria-expanded="false"></button>
      <div class="panel" role="dialog">
        <div class="bar"><span></span><button class="close" type="button">Close</button></div>
      </div>
    </div>`;
  const find = (what) => shade.querySelector(what);
  find(".bubble").textContent = find(".bar span").textContent = label;
  find(".panel").setAttribute("aria-label", label);

  let frame = null;
  const open = () => {
    if (!frame) {
      frame = Object.assign(document.createElement("iframe"), { src: address, title: label, allow: "clipboard-write" });
      frame.referrerPolicy = "no-referrer";
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox");
      find(".panel").append(frame);
    }
    find(".all").classList.add("open");
    find(".bubble").setAttribute("aria-expanded", "true");
    frame.focus();
  };
  const close = () => {
    find(".all").classList.remove("open");
    find(".bubble").setAttribute("aria-expanded", "false");
    find(".bubble").focus();
  };
  find(".bubble").addEventListener("click", open);
  find(".close").addEventListener("click", close);
  // Escape inside the frame is told by the chat itself; it is believed only from there.
  addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.data === "faqsimile:close") close();
  });
  host.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  document.body ? document.body.append(host) : addEventListener("DOMContentLoaded", () => document.body.append(host));
})();
