// Words of the page /viec that the list and one case share.
import { textOf } from "./language.js";
import { day, number } from "./numbers.js";

export function dueText(row) {
  const due = day(row.due);
  if (row.days_left === null) {
    return due;
  }
  if (row.overdue) {
    return textOf("text.late", due, number(Math.max(1, -row.days_left)));
  }
  return row.days_left === 0
    ? textOf("text.due_today", due)
    : textOf("text.left", due, number(row.days_left));
}
