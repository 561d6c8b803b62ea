// Runs before the page is drawn: says that scripts work, so that nothing jumps later.
"use strict";
document.documentElement.classList.add("js");
