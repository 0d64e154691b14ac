/** What the demo asks about the AI SDK's own documents. Each is answered somewhere in them. */
export const questions = [
  "What is a tool and what does its execute function do?",
  "How does stopWhen with isStepCount end a tool loop?",
  "How do I handle errors that occur while streaming text?",
  "What do embeddings and cosineSimilarity do?",
  "How can I persist chat messages of useChat?",
];
