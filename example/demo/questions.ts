/** What the demo asks about the AI SDK's own documents; each is answered in them. */
export const questions = [
  "How does stopWhen with isStepCount end a tool loop?",
  "How can I test code that uses a language model?",
  "How do I resume a stream in a chatbot after the page was reloaded?",
  "What does smoothStream do?",
  "How do I generate structured data with a schema?",
];

/** What the demo tells in one run and asks in a later one: only memory holds the answer, which must name these words. */
export const memoryScene = {
  told: "Remember that I work in TypeScript and deploy on Fridays. From now on, I prefer short answers with an example.",
  question: "Which day do I deploy, and what kind of answers do I prefer?",
  words: ["Friday", "short"],
};

/** What a user asks whose budget is to stop them: each is kept first and then looked up, so that its run calls often. */
export const spendingQuestions = [...questions, ...questions, ...questions].map(
  (question, index) => `Remember that this was question ${index + 1} of mine. ${question}`,
);
