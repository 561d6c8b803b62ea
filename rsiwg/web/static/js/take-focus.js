// What a person must read first takes the focus: the problems of a form, the result of checking again.
document.querySelector("[data-take-focus]")?.focus();
