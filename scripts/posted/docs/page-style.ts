/** The style sheet of the page and of the components in this folder. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #12171f);
  --panel: light-dark(#f4f6f8, #1b222c);
  --ink: light-dark(#1b2430, #e3e8ee);
  --quiet: light-dark(#4a5563, #a9b4c0);
  --line: light-dark(#cfd6de, #37424f);
  --link: light-dark(#0b5394, #8ec5ff);
  --type: light-dark(#0d5f58, #74d3c8);
  --strong: light-dark(#9a3412, #ffb38a);
}

* {
  box-sizing: border-box;
}

body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}

a {
  color: var(--link);
}

code,
pre {
  font-family: ui-monospace, monospace;
  font-size: 0.875em;
}

h1,
h2,
h3,
h4,
h5 {
  line-height: 1.25;
  margin: 1.5em 0 0.5em;
}

main {
  max-width: 60rem;
  padding: 1rem;
}

nav {
  max-height: 40vh;
  overflow: auto;
  padding: 1rem;
  border-bottom: 1px solid var(--line);
  background: var(--panel);
  font-size: 0.875rem;
}

nav p {
  margin: 0;
  font-weight: bold;
}

nav ul {
  margin: 0.25rem 0 1rem;
  padding: 0;
  list-style: none;
}

nav a {
  display: inline-block;
  padding: 0.2rem 0;
}

@media (min-width: 64rem) {
  body {
    display: grid;
    grid-template-columns: 18rem minmax(0, 1fr);
  }

  nav {
    position: sticky;
    top: 0;
    height: 100vh;
    max-height: none;
    border: 0;
    border-right: 1px solid var(--line);
  }

  main {
    padding: 1rem 2.5rem;
  }
}

.docs-skip {
  position: absolute;
  left: -100vw;
}

.docs-skip:focus {
  left: 0;
  z-index: 1;
  padding: 0.5rem;
  background: var(--paper);
}

.docs-kind,
.docs-method,
.docs-status {
  font: bold 0.75rem ui-monospace, monospace;
  text-transform: uppercase;
  color: var(--type);
}

.docs-method {
  padding: 0.2em 0.5em;
  border: 1px solid currentcolor;
  border-radius: 0.25rem;
}

.docs-part {
  padding-top: 1rem;
  border-top: 1px solid var(--line);
}

.docs-part > h2:first-child {
  font-size: 2rem;
}

.docs-info,
.docs-constraints {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 1rem;
  margin: 0.25rem 0;
  padding: 0;
  list-style: none;
  color: var(--quiet);
  font-size: 0.875rem;
}

.docs-list,
.docs-children {
  margin: 0.5rem 0;
  padding: 0;
  list-style: none;
}

.docs-list > li {
  margin: 0.5rem 0;
}

.docs-operation {
  margin: 1.5rem 0;
  padding: 0 1rem 1rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
}

.docs-security {
  color: var(--quiet);
}

.docs-schema {
  margin: 0.25rem 0;
  padding: 0.25rem 0.75rem;
  border-left: 3px solid var(--line);
  background: var(--panel);
  color: var(--ink);
}

.docs-list p,
.docs-schema p {
  margin: 0.25rem 0;
}

.docs-schema summary {
  color: var(--quiet);
  font-size: 0.875rem;
  cursor: pointer;
}

.docs-schema-head {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: 0.25rem 0.75rem;
}

.docs-name {
  font-weight: bold;
}

.docs-type {
  color: var(--type);
}

.docs-flag {
  color: var(--quiet);
  font-size: 0.875rem;
}

.docs-required {
  color: var(--strong);
}

.docs-example {
  margin: 0.5rem 0;
}

.docs-example pre,
.aui-root pre {
  margin: 0.25rem 0;
  padding: 0.75rem;
  overflow: auto;
  border-radius: 0.25rem;
  background: #011627;
  color: #d6deeb;
}

.docs-example pre {
  max-height: 30rem;
}

.docs-example figcaption {
  color: var(--quiet);
  font-size: 0.875rem;
}
`;
