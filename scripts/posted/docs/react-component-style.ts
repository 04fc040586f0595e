/** Overrides for the style sheet of react-component. */
export const reactComponentStyle = `/* Shows what react-component hides until a click, because the page has no scripts. */
.aui-root .hidden {
  display: block;
}

/* Its layout assumes a page of its own. */
.aui-root .mt-16 {
  margin-top: 1.5rem;
}

.aui-root .px-8,
.aui-root .py-8 {
  padding: 0;
}

.aui-root .-mx-8 {
  margin-right: 0;
  margin-left: 0;
  padding: 0.5rem 1rem 1rem;
  border-radius: 0.25rem;
}

.aui-root h2[class] {
  width: auto;
  font-size: 1.5rem;
  font-weight: bold;
}

/* Its colors have too little contrast and no dark scheme. */
.aui-root .border,
.aui-root .border-b {
  border-color: var(--line);
}

.aui-root .bg-white {
  background: var(--paper);
}

.aui-root .bg-gray-100,
.aui-root .bg-gray-200 {
  background: var(--panel);
}

.aui-root .prose,
.aui-root .prose strong,
.aui-root .prose code,
.aui-root .text-gray-700,
.aui-root .text-gray-800 {
  color: var(--ink);
}

.aui-root .text-gray-500,
.aui-root .text-gray-600 {
  color: var(--quiet);
}

.aui-root .examples .text-gray-500,
.aui-root .examples .text-gray-600,
.aui-root .prose pre code {
  color: #d6deeb;
}

.aui-root .text-orange-500,
.aui-root .text-orange-600 {
  color: var(--strong);
}

.aui-root .text-blue-500,
.aui-root .prose a,
.aui-root .docs-schema a {
  color: var(--link);
}

.aui-root .docs-schema a {
  text-decoration: underline;
}

.aui-root .bg-teal-500 {
  background: #0f766e;
}

.aui-root .bg-blue-400,
.aui-root .bg-blue-500,
.aui-root .bg-blue-600,
.aui-root .bg-indigo-400 {
  background: #1d4ed8;
}

.aui-root .bg-green-600 {
  background: #166534;
}

.aui-root .bg-orange-600 {
  background: #9a3412;
}

.aui-root .bg-red-600 {
  background: #b91c1c;
}
`;
