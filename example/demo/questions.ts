/** What the demo asks about the AI SDK's own documents; each is answered in them. */
export const questions = [
  "How does stopWhen with isStepCount end a tool loop?",
  "How can I test code that uses a language model?",
  "How do I resume a stream in a chatbot after the page was reloaded?",
  "What does smoothStream do?",
  "How do I generate structured data with a schema?",
];
