import { card, choices } from "./card.js";

export default card((context) => choices({ ...context, tries: 0 }, "radio"));
