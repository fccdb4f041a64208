// Pages are written in Vietnamese; each text carries its English beside it, in
// data-en (data-en-NAME for an attribute). The choice is kept in the browser.

const KEY = "hailong.language";
const ATTRIBUTES = ["aria-label", "placeholder", "title", "alt"];

function kept() {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "vi";
  } catch {
    return "vi";
  }
}

function keep(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // A browser that keeps nothing asks again each time.
  }
}

let language = kept();

// What stands in `element` in Vietnamese moves to data-vi the first time.
function translateText(element) {
  if (element.dataset.vi === undefined) {
    element.dataset.vi = element.textContent;
  }
  element.textContent = element.dataset[language];
}

function translateAttribute(element, name) {
  const own = `data-vi-${name}`;
  if (!element.hasAttribute(own)) {
    element.setAttribute(own, element.getAttribute(name));
  }
  element.setAttribute(name, element.getAttribute(`data-${language}-${name}`));
}

// All texts below `root`, in the language that was chosen.
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-en]")) {
    translateText(element);
  }
  for (const name of ATTRIBUTES) {
    for (const element of root.querySelectorAll(`[data-en-${name}]`)) {
      translateAttribute(element, name);
    }
  }
}

export function currentLanguage() {
  return language;
}

// The text of an element that is a text and not shown itself, with {1}, {2} …
// filled in.
export function textOf(id, ...values) {
  const element = document.getElementById(id);
  const text = element.dataset[language] ?? element.textContent;
  return text.replace(/\{(\d)\}/g, (place, n) => values[n - 1] ?? place);
}

// The switch names the other language, in that language.
export function startLanguage(onChange = () => {}) {
  const button = document.getElementById("language");
  const show = () => {
    document.documentElement.lang = language;
    translate();
    button.textContent = language === "vi" ? "English" : "Tiếng Việt";
    button.lang = language === "vi" ? "en" : "vi";
  };
  button.addEventListener("click", () => {
    language = language === "vi" ? "en" : "vi";
    keep(language);
    show();
    onChange();
  });
  show();
}
